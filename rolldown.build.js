import { chmod } from "node:fs/promises";
import { build } from "rolldown";
import config from "./rolldown.config.js";

// Rolldown's command line lists every chunk, whatever its log level is.
await build(config);

// `npx stepdock` in this checkout runs the file itself; npm makes it executable only where it installs a package.
await chmod("dist/src/cli/main.js", 0o755);
