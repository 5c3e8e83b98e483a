import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CleanContext, RemovedThing } from "../clean.ts";
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
  // Listed again: a run may have begun meanwhile.
  const runs = context.dryRun ? kept : await metadata.listRuns();
  const ids = new Set(runs.map(({ id }) => id));
  await removeOld(context, paths.runs, "directory", (name) => !ids.has(name) && !isOwned(paths, name));
  const named = new Set((await Promise.all(runs.map((run) => codeHashesOf(context, run)))).flat());
  const hashOf = (name: string) => name.split(".", 1)[0] ?? "";
  await removeOld(context, paths.bundles, "bundle", (name) => {
    if (named.has(hashOf(name))) return false;
    return codeHashes.has(hashOf(name)) ? "now" : true;
  });
  if (runs.some((run) => isLive(paths, run))) return;
  await removeOld(context, paths.modules, "directory", () => true);
};

const removeOld = async (
  context: CleanContext,
  directory: string,
  kind: RemovedThing["kind"],
  /** `now`: also if it is young. */
  mayGo: (name: string) => boolean | "now",
): Promise<void> => {
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    const may = mayGo(name);
    if (!may || (may !== "now" && !(await isSettled(path, context.now)))) continue;
    await context.remove({ kind, id: path, name }, () => rm(path, { recursive: true, force: true }));
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

const isSettled = async (path: string, now: Date): Promise<boolean> =>
  now.getTime() - (await stat(path)).mtimeMs > SETTLED;
