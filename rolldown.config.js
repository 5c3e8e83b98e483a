import { isBuiltin } from "node:module";
import { defineConfig } from "rolldown";

/** What only some commands load, and what finds files beside its own. */
const external = [
  /^rolldown(\/|$)/,
  /^@aws-sdk\//,
  "tar-fs",
  "tar-stream",
  "magic-string",
  "#bundler-process",
  "#contract-runner",
  "#entrypoint-bundle",
  "#launcher-bundle",
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

/**
 * What dockerode loads and stepdock does not use: ssh to an engine, sessions of BuildKit, contexts packed by itself. They
 * were two thirds of its files and of the time and memory that loading it took.
 */
const UNUSED = /\/(docker-modem\/lib\/ssh|dockerode\/lib\/(session|buildkit))\.js$/;
const OF_CONTEXTS = new Set(["tar-fs", "@balena/dockerignore"]);
const unused = {
  name: "unused",
  resolveId: {
    order: "pre",
    handler: (id, importer) =>
      OF_CONTEXTS.has(id) && importer?.endsWith("/dockerode/lib/util.js") ? "\0unused" : null,
  },
  load: (id) =>
    id === "\0unused" || UNUSED.test(id)
      ? 'module.exports = () => { throw new Error("this part of dockerode is left out of stepdock"); };'
      : null,
};

/** docker-modem's own use of `node:url`, whose functions warn of themselves anywhere but in a `node_modules`. */
const addresses = {
  name: "addresses",
  resolveId: {
    order: "pre",
    handler: (id, importer) =>
      id === "url" && importer?.endsWith("/docker-modem/lib/modem.js") ? "\0addresses" : null,
  },
  load: (id) =>
    id === "\0addresses"
      ? `const { URL, format } = process.getBuiltinModule("node:url");
        const parse = (text) => {
          const { protocol, hostname, port, pathname, search } = new URL(text);
          return { protocol, hostname: hostname.replace(/^\\[|\\]$/g, ""), port, pathname, path: pathname + search };
        };
        module.exports = { URL, format, parse, resolve: (base, path) => new URL(path, base).href };`
      : null,
};

/**
 * A file with one letter beyond ASCII takes Node two bytes a letter, and four times as long to decode. Last of all, as
 * rolldown would write them out again; what the map says of the rest of such a line is off by a few columns.
 */
const ascii = {
  name: "ascii",
  generateBundle: (_options, bundle) => {
    for (const file of Object.values(bundle)) if (file.type === "chunk") file.code = escaped(file.code);
  },
};

const escaped = (code) =>
  code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

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
    plugins: [unused, addresses, builtins, ascii],
    input: {
      "src/cli/main": "src/cli/main.ts",
      "src/contract": "src/contract.ts",
      "src/contract/run-pipelines": "src/contract/run-pipelines.ts",
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
  // What the entrypoint loads to launch a step by itself: only in images whose orchestrator asks for it.
  {
    ...common,
    external: [],
    input: "src/orchestrator/launcher/launcher.ts",
    output: { file: "dist/launcher.mjs", format: "esm", codeSplitting: false },
  },
]);
