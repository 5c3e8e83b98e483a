import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import MagicString from "magic-string";
import { toBundleError } from "./bundle-errors.ts";
import { type HostNode, hostGraph } from "./host-graph.ts";
import type { MappedFile } from "./map-stack.ts";
import { sourcePositions } from "./source-position.ts";

export interface BundleModulesOptions {
  /** Absolute paths of the modules to import. */
  readonly entries: readonly string[];
  readonly projectRoot: string;
  /** Where the emitted modules go, in a directory named by their content. */
  readonly outDir: string;
}

/** User modules as the host imports them: whole, one emitted file for each, sharing instances. */
export interface HostBundle {
  /** Source path by emitted path, both absolute. */
  readonly modules: ReadonlyMap<string, string>;
  /** The sources that static imports reach from the entries, each after those that it imports. */
  readonly sources: readonly string[];
  /** The file to import in the place of a source; undefined for one that the entries do not reach. */
  emittedFor(source: string): string | undefined;
  /** The source position of a place in an emitted file; lines and columns count from 1. */
  mapPosition(
    emitted: string,
    line: number,
    column: number,
  ): { file: string; line: number; column: number } | undefined;
  /** The source map of an emitted file, as `mapStack` asks for it. */
  mappedFile(emitted: string): MappedFile | undefined;
}

interface EmittedFile {
  readonly node: HostNode;
  /** Relative to the emitted directory. */
  readonly path: string;
  readonly code: string;
  readonly map: string | undefined;
}

/**
 * Emits each user module that the entries reach as an ES module of its own, types stripped and nothing else changed:
 * every export stays, and modules are evaluated in the order of their imports. Packages are imported from where they
 * are installed, by absolute URL, so that host and user share one instance. `import.meta.main` is false; `url`,
 * `filename` and `dirname` are those of the source.
 *
 * @throws {BundleError} on a syntax error or an import that does not resolve
 */
export async function bundleModules({
  entries,
  projectRoot,
  outDir,
}: BundleModulesOptions): Promise<HostBundle> {
  const files = await emit(entries, projectRoot);
  const directory = resolve(outDir, contentHash(files));
  if (!existsSync(directory)) await writeDirectory(directory, files);
  return hostBundle(files, directory, entries);
}

async function emit(entries: readonly string[], root: string): Promise<readonly EmittedFile[]> {
  try {
    const graph = await hostGraph(entries, root);
    const paths = new Map([...graph.keys()].sort().map((source) => [source, emittedPath(source, root)]));
    return [...paths].flatMap(([source, path]) => {
      const node = graph.get(source);
      return node ? [emitModule(node, path, paths)] : [];
    });
  } catch (error) {
    throw toBundleError(error, entries.map((entry) => relative(root, entry)).join(", "), root);
  }
}

const emittedPath = (source: string, root: string): string =>
  `${relative(root, source).replaceAll("../", "_up_/")}.mjs`;

function emitModule(node: HostNode, path: string, paths: ReadonlyMap<string, string>): EmittedFile {
  const code = new MagicString(node.code);
  for (const { specifier, start, end, past, dynamic } of node.references) {
    const target = node.targets.get(specifier);
    if (!target) continue;
    // Attributes go where data has become a module; a package's own file keeps them.
    if ("specifier" in target) code.overwrite(start, end, JSON.stringify(target.specifier));
    else
      code.overwrite(
        start,
        past,
        relativeSpecifier(path, paths.get(target.module) ?? "") + (dynamic ? "" : ";"),
      );
  }
  return { node, path, code: code.toString(), map: node.map };
}

function relativeSpecifier(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return JSON.stringify(path.startsWith(".") ? path : `./${path}`);
}

function contentHash(files: readonly EmittedFile[]): string {
  const hash = createHash("sha256");
  for (const { path, code, map } of files) hash.update(JSON.stringify([path, code, map ?? null]));
  return hash.digest("hex").slice(0, 32);
}

async function writeDirectory(directory: string, files: readonly EmittedFile[]): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  const temporary = await mkdtemp(`${directory}.tmp-`);
  try {
    await Promise.all(files.map((file) => writeEmitted(temporary, file)));
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Somebody else was faster: the content is the same, as the name is.
    if (!existsSync(directory)) throw error;
  }
}

async function writeEmitted(directory: string, { path, code, map }: EmittedFile): Promise<void> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  const link = map === undefined ? "" : `\n//# sourceMappingURL=${encodeURIComponent(basename(file))}.map\n`;
  await writeFile(file, code + link, { flush: true });
  if (map !== undefined) await writeFile(`${file}.map`, map, { flush: true });
}

function hostBundle(
  files: readonly EmittedFile[],
  directory: string,
  entries: readonly string[],
): HostBundle {
  const byPath = new Map(files.map((file) => [join(directory, file.path), file]));
  const finders = new Map(
    [...byPath].map(([path, { map }]) => [path, map ? sourcePositions(map) : undefined]),
  );
  const emitted = new Map([...byPath].map(([path, { node }]) => [node.source, path]));
  return {
    modules: new Map([...byPath].map(([path, { node }]) => [path, node.source])),
    sources: evaluationOrder(files, entries),
    emittedFor: (source) => emitted.get(source),
    mapPosition: (path, line, column) => {
      const found = finders.get(path)?.(line, column);
      return found && { file: found.source, line: found.line, column: found.column };
    },
    mappedFile: (path) => {
      const file = byPath.get(path);
      return file?.map === undefined ? undefined : { map: file.map, root: dirname(file.node.source) };
    },
  };
}

function evaluationOrder(files: readonly EmittedFile[], entries: readonly string[]): string[] {
  const nodes = new Map(files.map(({ node }) => [node.source, node]));
  const [seen, order] = [new Set<string>(), [] as string[]];
  const visit = (source: string): void => {
    const node = nodes.get(source);
    if (!node || seen.has(source)) return;
    seen.add(source);
    for (const { specifier, dynamic } of node.references) {
      const target = node.targets.get(specifier);
      if (!dynamic && target && "module" in target) visit(target.module);
    }
    order.push(source);
  };
  for (const entry of entries) visit(entry);
  return order;
}
