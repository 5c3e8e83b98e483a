import { build } from "rolldown";
import config from "./rolldown.config.js";

// Rolldown's command line lists every chunk, whatever its log level is.
await build(config);
