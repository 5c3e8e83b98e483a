import { isAbsolute } from "node:path";
import type { InputOptions, RolldownBuild } from "rolldown";

/** What every bundling has in common, whichever its output. */
export const commonOptions = (root: string) =>
  ({
    cwd: root,
    platform: "node",
    // Emitted paths would make the keys of two checkouts differ.
    experimental: { attachDebugInfo: "none" },
    moduleTypes: { ".csv": "text", ".txt": "text" },
    // `module-sync` is a condition of Node's that the bundler does not know by itself.
    resolve: {
      conditionNames: ["module-sync"],
      extensionAlias: { ".js": [".js", ".ts", ".tsx"], ".mjs": [".mjs", ".mts"] },
    },
    transform: { target: "node24", define: { "import.meta.main": "false" } },
  }) satisfies InputOptions;

/** Absolute paths of all files that a bundling has read; virtual modules are none. */
export const filesReadBy = async (bundle: RolldownBuild): Promise<string[]> =>
  (await bundle.watchFiles).map((id) => id.replace(/[?#].*$/, "")).filter((id) => isAbsolute(id));
