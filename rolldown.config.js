import { isBuiltin } from "node:module";
import { defineConfig } from "rolldown";

/** What only some commands load, and what finds files beside its own. */
const external = [
  /^rolldown(\/|$)/,
  /^@aws-sdk\//,
  "dockerode",
  "tar-fs",
  "magic-string",
  "#bundler-process",
  "#entrypoint-bundle",
];

/**
 * What a cached run is made of, with all that it imports at once, goes into one file: each file costs Node a fifth of
 * a millisecond, and there were eight hundred.
 */
const OFTEN =
  /^\0rolldown\/runtime|\/src\/(cli\/(cli|commands\/(run|plan))|composition|docker\/connect)\.ts$/;

/**
 * `child_process` is loaded when it is used, which commander may: it takes 2 ms.
 * An `import` of Node's own modules evaluates all that they could give, web clients with it: they are asked for by name.
 */
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
    id === "\0builtin:node:child_process"
      ? `export default new Proxy({}, { get: (_, name) => process.getBuiltinModule("node:child_process")[name] });`
      : id.startsWith("\0builtin:")
        ? `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice("\0builtin:".length))});`
        : null,
};

const common = {
  external,
  platform: "node",
  logLevel: "warn",
  // Some commands import what others load on demand.
  checks: { ineffectiveDynamicImport: false },
  transform: { target: "node24" },
};

export default defineConfig([
  {
    ...common,
    plugins: [builtins],
    input: {
      "src/cli/main": "src/cli/main.ts",
      "src/host": "src/host.ts",
      "src/orchestrators": "src/orchestrators.ts",
    },
    preserveEntrySignatures: "strict",
    output: {
      dir: "dist",
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name]-[hash].js",
      sourcemap: true,
      comments: { annotation: false, jsdoc: false, legal: true },
      keepNames: true,
      codeSplitting: { groups: [{ name: "core", test: OFTEN }] },
    },
  },
  // By itself: it would load all that the command line is made of. Its directory is what bundles depend on.
  {
    ...common,
    plugins: [builtins],
    input: "src/compiler/bundler-process.ts",
    output: { dir: "dist/bundler", format: "esm", sourcemap: true, keepNames: true },
  },
  { ...common, input: "src/config.ts", output: { file: "dist/src/config.js", format: "esm" } },
  // Small, and without what only the host needs: it is bundled into steps.
  { ...common, input: "src/index.ts", output: { file: "dist/src/index.js", format: "esm" } },
  {
    ...common,
    external: ["#entrypoint-bundle"],
    plugins: [builtins],
    input: "entrypoint/main.ts",
    output: { file: "dist/entrypoint.mjs", format: "esm" },
  },
]);
