import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { IMPORT_DIRECTORY, reapImport } from "../archive/import-scratch.ts";
import type { CleanContext } from "../clean.ts";
import { isLive, isOwned } from "../run-state.ts";
import { type CleanedRuns, codeHashesOf } from "./clean-runs.ts";

/** What a run that is just beginning has made is not yet named by any record: what is younger is left. Milliseconds. */
const SETTLED = 60 * 60 * 1000;

/** Removes directories of runs that have no record, bundles that no run names, and copies of the user's modules. */
export const cleanRunFiles = async (
  context: CleanContext,
  { kept, codeHashes }: CleanedRuns,
): Promise<void> => {
  const { paths, metadata } = context.workspace;
  if (!context.dryRun) await reapImport(context.workspace);
  // Listed again: a run may have begun meanwhile.
  const runs = context.dryRun ? kept : await metadata.listRuns();
  const ids = new Set(runs.map(({ id }) => id));
  await removeSettled(
    context,
    paths.runs,
    (name) => name !== IMPORT_DIRECTORY && !ids.has(name) && !isOwned(paths, name),
  );
  const named = new Set((await Promise.all(runs.map((run) => codeHashesOf(context, run)))).flat());
  await removeBundles(context, named, codeHashes);
  if (runs.some((run) => isLive(paths, run))) return;
  await removeSettled(context, paths.modules, () => true);
  await removeSettled(context, paths.compiled, () => true);
};

/** `freed`: those that removed runs named, which need not be settled. */
const removeBundles = async (
  context: CleanContext,
  named: ReadonlySet<string>,
  freed: ReadonlySet<string>,
): Promise<void> => {
  const { bundles } = context.workspace.paths;
  for (const file of await namesIn(bundles)) {
    const hash = file.replace(/\.mjs$/, "");
    const path = join(bundles, file);
    if (hash === file || named.has(hash)) continue;
    if (!freed.has(hash) && !(await isSettled(path, context.now))) continue;
    await context.remove({ kind: "bundle", id: path, name: hash }, async () => {
      for (const each of [path, `${path}.map`]) await rm(each, { force: true });
    });
  }
};

const removeSettled = async (
  context: CleanContext,
  directory: string,
  mayGo: (name: string) => boolean,
): Promise<void> => {
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    if (!mayGo(name) || !(await isSettled(path, context.now))) continue;
    await context.remove({ kind: "directory", id: path, name }, () =>
      rm(path, { recursive: true, force: true }),
    );
  }
};

const namesIn = async (directory: string): Promise<string[]> => {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};

/** What is gone since it was listed, such as a file that was being written and now has its name, is nobody's to remove. */
const isSettled = async (path: string, now: Date): Promise<boolean> => {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return found !== undefined && now.getTime() - found.mtimeMs > SETTLED;
};
