import { readFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync, transform } from "rolldown/utils";
import { BundleError } from "./bundle-errors.ts";
import { type AnyNode, walk } from "./bundle-syntax.ts";

/** A place in the code where another module is named: from `start` to `end`, and to `past` with its attributes. */
export interface ModuleReference {
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
  readonly past: number;
  readonly dynamic: boolean;
}

/** A user module as plain JavaScript, its imports not yet led anywhere. */
export interface HostModule {
  readonly source: string;
  readonly code: string;
  /** Source map as JSON; data has none. */
  readonly map: string | undefined;
  readonly references: readonly ModuleReference[];
}

const DATA = new Set([".json", ".csv", ".txt"]);

/** Whether a file is data that becomes a module. */
export const isData = (file: string): boolean => DATA.has(extname(file));

/** Reads a user module; undefined for one in CommonJS, which Node is to load from its own place. */
export async function readHostModule(source: string): Promise<HostModule | undefined> {
  const text = await readFile(source, "utf8");
  if (isData(source)) return { source, code: dataModule(source, text), map: undefined, references: [] };
  const { code, map, errors } = await transform(source, text, transformOptions(source));
  if (errors.length > 0) throw errors[0];
  const parsed = parseSync("host.js", code);
  if (!parsed.module.hasModuleSyntax && /\b(module\.exports|exports\.\w+ =|require\()/.test(code))
    return undefined;
  return {
    source,
    code,
    map: JSON.stringify({ ...map, sourcesContent: undefined }),
    references: references(parsed),
  };
}

/** The emitted copy lies elsewhere: what a module asks about its own place must be answered with the source's. */
const transformOptions = (source: string) => ({
  sourcemap: true,
  target: "node24",
  tsconfig: true,
  define: {
    "import.meta.main": "false",
    "import.meta.url": JSON.stringify(pathToFileURL(source).href),
    "import.meta.filename": JSON.stringify(source),
    "import.meta.dirname": JSON.stringify(dirname(source)),
  },
});

/** JSON has a named export for each key that can be a name, as it has in a step's bundle. */
function dataModule(source: string, text: string): string {
  const value: unknown = extname(source) === ".json" ? parseJson(source, text) : text;
  const names =
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const exports = names.map(
    (name, index) => `const _${index} = data[${JSON.stringify(name)}];\n${named(name, index)}`,
  );
  return [`const data = ${JSON.stringify(value)};`, "export default data;", ...exports, ""].join("\n");
}

function parseJson(source: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `Cannot bundle ${source}: ${(cause as Error).message}.\nCorrect the JSON.`;
    throw new BundleError(message, { cause });
  }
}

const named = (name: string, index: number): string =>
  name === "default" ? "" : `export { _${index} as ${JSON.stringify(name)} };`;

function references({ program }: ReturnType<typeof parseSync>): ModuleReference[] {
  const found: ModuleReference[] = [];
  walk(program.body, (node) => {
    const reference = referenceOf(node as AnyNode & { source?: unknown });
    if (reference) found.push(reference);
  });
  return found;
}

function referenceOf(node: AnyNode & { readonly source?: unknown }): ModuleReference | undefined {
  const source = node.source as (AnyNode & { readonly value?: unknown }) | undefined;
  if (source?.type !== "Literal" || !isText(source)) return undefined;
  const dynamic = node.type === "ImportExpression";
  const { start, end, value: specifier } = source;
  return { specifier, start, end, past: dynamic ? node.end - 1 : node.end, dynamic };
}

const isText = (node: AnyNode & { readonly value?: unknown }): node is AnyNode & { readonly value: string } =>
  typeof node.value === "string";
