import { posix } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";
import { type BundlerLog, fromLog } from "./bundle-errors.ts";
import { commonOptions, filesReadBy } from "./bundle-options.ts";
import { packagesApart, purity, virtualEntry } from "./bundle-plugins.ts";
import { BARE } from "./purity-transform.ts";

const ENTRY = "\0stepdock:entry";

/** A user module with what the step does not reach cut out of it. */
export interface PrunedModule {
  /** The absolute path of its source, or a virtual id for what the bundler added. */
  readonly id: string;
  readonly code: string;
  /** Source map as JSON, with `id` as its only source; nothing where no line of the source is left. */
  readonly map: string | undefined;
  /** The modules, by id, that its relative import specifiers lead to. */
  readonly targets: ReadonlyMap<string, string>;
  /** The ids that its source imports, in order: the order in which Node would evaluate them. */
  readonly imported: readonly string[];
}

export interface PrunedGraph {
  readonly entry: string;
  /** Absolute paths of the files that were read. */
  readonly read: readonly string[];
  readonly modules: ReadonlyMap<string, PrunedModule>;
}

export interface PruneOptions {
  readonly module: string;
  readonly exportName: string;
  readonly projectRoot: string;
  /** What is being bundled, as errors name it. */
  readonly subject: string;
  readonly isListed: (specifier: string) => boolean;
}

/**
 * The first pass: user modules alone, shaken, each to a text of its own. Bundled in one go instead, what is cut out
 * still shows: a global that a neighbour uses renames a helper of the step's (`fetch$1`), and a neighbour's imports
 * change the order of the modules.
 */
export async function pruneUserModules(options: PruneOptions): Promise<PrunedGraph> {
  const { module, exportName, projectRoot, subject, isListed } = options;
  const unresolved: BundlerLog[] = [];
  const code = `export { ${exportedAs(exportName)} as step } from ${JSON.stringify(module)};`;
  const imported = new Map<string, readonly string[]>();
  await using bundle = await rolldown({
    ...commonOptions(projectRoot),
    input: ENTRY,
    plugins: [
      virtualEntry(ENTRY, code),
      packagesApart(isListed),
      purity(),
      { name: "stepdock:imports", moduleParsed: (info) => void imported.set(info.id, info.importedIds) },
    ],
    // An inlined constant would hide which module it is of.
    optimization: { inlineConst: false },
    onLog: (_level, log) => void (log.code === "UNRESOLVED_IMPORT" && unresolved.push(unmarked(log))),
  });
  const { output } = await bundle.generate({
    format: "esm",
    preserveModules: true,
    preserveModulesRoot: projectRoot,
    minifyInternalExports: false,
    minify: false,
    comments: false,
    sourcemap: "hidden",
  });
  if (unresolved[0]) throw fromLog(unresolved[0], subject, projectRoot);
  const chunks = output.filter((file) => file.type === "chunk");
  return { ...toGraph(chunks, imported), read: await filesReadBy(bundle) };
}

const unmarked = ({ message, code, exporter, loc }: BundlerLog): BundlerLog => ({
  message: message.replaceAll(BARE, ""),
  exporter: exporter?.replace(BARE, ""),
  code,
  loc,
});

const exportedAs = (name: string) =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);

function toGraph(
  chunks: readonly OutputChunk[],
  imported: ReadonlyMap<string, readonly string[]>,
): Omit<PrunedGraph, "read"> {
  const ids = new Map(chunks.map((chunk) => [chunk.fileName, idOf(chunk)]));
  const modules = chunks.map((chunk) => toModule(chunk, ids, imported.get(idOf(chunk)) ?? []));
  return { entry: ENTRY, modules: new Map(modules.map((module) => [module.id, module])) };
}

const idOf = ({ moduleIds, fileName }: OutputChunk): string => moduleIds[0] ?? `\0stepdock:${fileName}`;

function toModule(
  chunk: OutputChunk,
  ids: ReadonlyMap<string, string>,
  imported: readonly string[],
): PrunedModule {
  const id = idOf(chunk);
  const map = chunk.map && JSON.stringify({ ...chunk.map, sources: [id], sourcesContent: undefined });
  const targets = [...chunk.imports, ...chunk.dynamicImports].flatMap((file): [string, string][] => {
    const target = ids.get(file);
    return target === undefined ? [] : [[relativeSpecifier(chunk.fileName, file), target]];
  });
  return { id, code: chunk.code, map: map ?? undefined, targets: new Map(targets), imported };
}

const relativeSpecifier = (from: string, to: string): string => {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
};
