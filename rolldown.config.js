import { isBuiltin } from "node:module";
import { defineConfig } from "rolldown";

/** Stays apart: what is shared with the user's own code, and what only some commands load. */
const external = [/^rolldown(\/|$)/, "dockerode", "tar-fs", "magic-string", "#entrypoint-bundle"];

/** What a run does not load where everything is cached. All else goes into one file: each file costs Node a fifth of a millisecond. */
const SELDOM =
  /compiler\/(bundle-(step|modules|link|prune|order|plugins|syntax|warnings|packages|options|errors)|host-(graph|module)|make-steps|purity-transform|orchestration-only|cache\/(facts|subject.*|tsconfig.*|resolution.*|specifiers))\.ts$|cli\/commands\/(?!run\.|plan\.)|host\/(clean|doctor|shell)|terminal-renderer|live-frame|live-terminal|docker\/(dockerode-client|engine|watched-connection)\.ts$/;

const isOften = (id) =>
  id.startsWith("\0builtin:") ||
  /node_modules\/(kysely|commander|p-queue|p-timeout|eventemitter3|zod)\//.test(id) ||
  (/\/src\//.test(id) &&
    !id.includes("node_modules") &&
    !SELDOM.test(id) &&
    !/src\/(host|orchestrators|cli\/(main|node-guard|compile-cache))\.ts$/.test(id));

/** An `import` of Node's own modules evaluates all that they could give, web clients and test runners with it: we ask for them by name. */
const builtins = {
  name: "builtins",
  resolveId: {
    order: "pre",
    handler: (id, importer) =>
      isBuiltin(id) && !importer?.startsWith("\0rolldown")
        ? `\0builtin:node:${id.replace(/^node:/, "")}`
        : null,
  },
  load: (id) =>
    id.startsWith("\0builtin:")
      ? `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice("\0builtin:".length))});`
      : null,
};

const common = { external, platform: "node", logLevel: "warn", transform: { target: "node24" } };

export default defineConfig([
  {
    ...common,
    plugins: [builtins],
    input: {
      "src/cli/main": "src/cli/main.ts",
      "src/host": "src/host.ts",
      "src/orchestrators": "src/orchestrators.ts",
    },
    output: {
      dir: "dist",
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name]-[hash].js",
      sourcemap: true,
      comments: { annotation: false, jsdoc: false, legal: true },
      keepNames: true,
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ name: "core", test: isOften }],
      },
    },
  },
  // Small, and without what only the host needs: it is bundled into steps.
  { ...common, input: "src/index.ts", output: { file: "dist/src/index.js", format: "esm" } },
  {
    ...common,
    external: ["#entrypoint-bundle"],
    input: "entrypoint/main.ts",
    output: { file: "dist/entrypoint.mjs", format: "esm" },
  },
]);
