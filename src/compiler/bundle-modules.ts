import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import MagicString from "magic-string";
import { toBundleError } from "./bundle-errors.ts";
import { isUserModule } from "./bundle-plugins.ts";
import { type EmittedModules, type HostBundle, hostBundle, mapFileOf } from "./host-bundle.ts";
import { type HostNode, hostGraph } from "./host-graph.ts";
import { bundleZod, type HostZod } from "./host-zod.ts";

export interface BundleModulesOptions {
  /** Absolute paths of the modules to import. */
  readonly entries: readonly string[];
  readonly projectRoot: string;
  /** Where the emitted modules go, in a directory named by their content. */
  readonly outDir: string;
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
export async function bundleModules(options: BundleModulesOptions): Promise<HostBundle> {
  return hostBundle((await emitModules(options)).emitted);
}

/** What was emitted, and the files that it was made of: modules that were read, and others that are imported. */
export interface ModulesAndInputs {
  readonly emitted: EmittedModules;
  readonly modules: readonly string[];
  readonly targets: readonly string[];
  /** Made besides. */
  readonly files: readonly string[];
}

/** The same as data. @throws {BundleError} */
export async function emitModules({
  entries,
  projectRoot,
  outDir,
}: BundleModulesOptions): Promise<ModulesAndInputs> {
  const { files, zod } = await emit(entries, projectRoot, outDir);
  const directory = resolve(outDir, contentHash(files));
  if (!isWhole(directory, files)) await writeDirectory(directory, files);
  const modules = files.map(({ path, node, map }) => ({
    path,
    source: node.source,
    mapped: map !== undefined,
  }));
  return {
    emitted: { directory, modules, sources: evaluationOrder(files, entries) },
    ...inputsOf(
      files.map(({ node }) => node),
      zod,
    ),
  };
}

/** A module that is imported where it lies was read, too, to see that it is none of ours. */
function inputsOf(nodes: readonly HostNode[], zod: HostZod | undefined): Omit<ModulesAndInputs, "emitted"> {
  const imported = nodes.flatMap(({ targets }) =>
    [...targets.values()].flatMap((target) =>
      "specifier" in target && target.specifier.startsWith("file:") ? [fileURLToPath(target.specifier)] : [],
    ),
  );
  return {
    modules: [
      ...new Set([
        ...nodes.map(({ source }) => source),
        ...imported.filter(isUserModule),
        ...(zod?.read ?? []),
      ]),
    ],
    targets: imported.filter((file) => !isUserModule(file)),
    files: zod ? [zod.file] : [],
  };
}

async function emit(entries: readonly string[], root: string, outDir: string) {
  try {
    const graph = await hostGraph(entries, root);
    const paths = new Map([...graph.keys()].sort().map((source) => [source, emittedPath(source, root)]));
    const zod = await bundleZod([...graph.values()], outDir);
    const files = [...paths].flatMap(([source, path]) => {
      const node = graph.get(source);
      return node ? [emitModule(node, path, { paths, zod })] : [];
    });
    return { files, zod };
  } catch (error) {
    throw toBundleError(error, entries.map((entry) => relative(root, entry)).join(", "), root);
  }
}

const emittedPath = (source: string, root: string): string =>
  `${relative(root, source).replaceAll("../", "_up_/")}.mjs`;

function emitModule(
  node: HostNode,
  path: string,
  { paths, zod }: { readonly paths: ReadonlyMap<string, string>; readonly zod: HostZod | undefined },
): EmittedFile {
  const code = new MagicString(node.code);
  for (const { specifier, start, end, past, dynamic } of node.references) {
    const target = node.targets.get(specifier);
    if (!target) continue;
    // Attributes go where data has become a module; a package's own file keeps them.
    if ("specifier" in target) code.overwrite(start, end, JSON.stringify(standIn(target.specifier, zod)));
    else
      code.overwrite(
        start,
        past,
        relativeSpecifier(path, paths.get(target.module) ?? "") + (dynamic ? "" : ";"),
      );
  }
  return { node, path, code: code.toString(), map: node.map };
}

const standIn = (specifier: string, zod: HostZod | undefined): string =>
  zod && specifier === zod.from ? zod.to : specifier;

function relativeSpecifier(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return JSON.stringify(path.startsWith(".") ? path : `./${path}`);
}

function contentHash(files: readonly EmittedFile[]): string {
  const hash = createHash("sha256");
  for (const { path, code, map } of files) hash.update(JSON.stringify([path, code, map ?? null]));
  return hash.digest("hex").slice(0, 32);
}

/** Somebody may have damaged what lies there. */
function isWhole(directory: string, files: readonly EmittedFile[]): boolean {
  try {
    return files.every((file) =>
      textsOf(file).every(([path, text]) => readFileSync(join(directory, path), "utf8") === text),
    );
  } catch {
    return false;
  }
}

async function writeDirectory(directory: string, files: readonly EmittedFile[]): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  const temporary = await mkdtemp(`${directory}.tmp-`);
  try {
    await Promise.all(files.map((file) => writeEmitted(temporary, file)));
    await takeThePlace(temporary, directory, files);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A directory that is whole is never moved away: somebody may be about to read it. */
async function takeThePlace(
  temporary: string,
  directory: string,
  files: readonly EmittedFile[],
): Promise<void> {
  if (await renamed(temporary, directory, files)) return;
  // What is there is damaged, and a directory that is not empty cannot be replaced.
  const old = `${temporary}.old`;
  await rename(directory, old).catch(unlessGone);
  await rm(old, { recursive: true, force: true });
  if (await renamed(temporary, directory, files)) return;
  throw new Error(`${directory} is damaged, and cannot be replaced. Remove it, then try again.`);
}

/** Whether the directory is there now, ours or that of somebody who was faster: the content is the same, as the name is. */
async function renamed(
  temporary: string,
  directory: string,
  files: readonly EmittedFile[],
): Promise<boolean> {
  try {
    await rename(temporary, directory);
    return true;
  } catch (error) {
    if (isWhole(directory, files)) return true;
    if (existsSync(directory)) return false;
    throw error;
  }
}

const unlessGone = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "ENOENT") throw error;
};

/** Not synced: what a loss of power leaves of it is seen, and made again. */
async function writeEmitted(directory: string, emitted: EmittedFile): Promise<void> {
  for (const [path, text] of textsOf(emitted)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

function textsOf({ path, code, map }: EmittedFile): (readonly [string, string])[] {
  if (map === undefined) return [[path, code]];
  const link = `\n//# sourceMappingURL=${encodeURIComponent(basename(path))}.map\n`;
  return [
    [path, code + link],
    [mapFileOf(path), map],
  ];
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
