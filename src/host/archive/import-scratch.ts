import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { ArtifactStore } from "../../artifact/port.ts";
import { removeTree } from "../../artifact/remove-tree.ts";
import { isStepdockError } from "../../errors/error.ts";
import { acquireRunLock } from "../../metadata/run-lock.ts";
import { writeFileAtomic } from "../../util/write-atomic.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { ArchiveConflictError } from "./errors.ts";

/** Where an import prepares what it is to put in place. */
export interface ImportScratch extends AsyncDisposable {
  readonly directory: string;
  /** Tells what is about to be put in place, so that it can be taken back after a crash. */
  plan(placed: Placed): Promise<void>;
}

/** What an import puts into the workspace before its records. */
const Placed = z.object({ runId: z.string(), uris: z.array(z.string()) });
export type Placed = z.infer<typeof Placed>;

/** Among the runs' directories, with a lock as they have: `stepdock clean` takes it for one that nobody owns. */
export const IMPORT_DIRECTORY = "import";
const LOCK = "lock.db";
const PLAN = "plan.json";

type Parts = Pick<Workspace, "paths" | "metadata" | "artifactStoreOf">;

/**
 * Takes the one place where a workspace is imported into, and takes back what an import that died had put in place.
 *
 * @throws ArchiveConflictError while another process imports
 */
export const openScratch = async (workspace: Parts): Promise<ImportScratch> => {
  const directory = join(workspace.paths.runs, IMPORT_DIRECTORY);
  await mkdir(directory, { recursive: true });
  const lock = acquireRunLock(join(directory, LOCK));
  if (!lock) {
    throw new ArchiveConflictError(
      `Another process imports a run into ${workspace.paths.root} just now. Try again when it is done.`,
    );
  }
  try {
    await takeBackUnfinished(workspace);
    await mkdir(join(directory, "blobs"));
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  return {
    directory,
    plan: (placed) => writeFileAtomic(join(directory, PLAN), JSON.stringify(placed)),
    [Symbol.asyncDispose]: async () => {
      using _ = lock;
      await takeBackUnfinished(workspace);
    },
  };
};

/** Takes back what an import that died had put in place; one that goes on is left alone. */
export const reapImport = async (workspace: Parts): Promise<void> => {
  const directory = join(workspace.paths.runs, IMPORT_DIRECTORY);
  if (!existsSync(directory)) return;
  using lock = acquireRunLock(join(directory, LOCK));
  if (lock) await takeBackUnfinished(workspace);
};

/** A store that is not there any more keeps what it has: nobody could import, or clean, else. */
const storeOf = async (
  artifactStoreOf: Parts["artifactStoreOf"],
  uri: string,
): Promise<ArtifactStore | undefined> =>
  await artifactStoreOf(uri).catch((error) => {
    if (isStepdockError(error) && error.code === "not_found") return undefined;
    throw error;
  });

/** Where the records are there, so is everything; where they are not, nothing of it may be. */
const takeBackUnfinished = async ({ paths, metadata, artifactStoreOf }: Parts): Promise<void> => {
  const directory = join(paths.runs, IMPORT_DIRECTORY);
  const plan = join(directory, PLAN);
  if (existsSync(plan)) {
    const { runId, uris } = z.parse(Placed, JSON.parse(await readFile(plan, "utf8")));
    if (!(await metadata.getRun(runId))) {
      // The copies here alone: another machine may have imported the same into the same bucket, and need it.
      for (const uri of uris) await (await storeOf(artifactStoreOf, uri))?.discard(uri);
      await rm(join(paths.runs, runId), { recursive: true, force: true });
    }
    await rm(plan);
  }
  for (const name of await readdir(directory)) {
    if (!name.startsWith(LOCK)) await removeTree(join(directory, name));
  }
};
