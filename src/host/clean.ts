import { join } from "node:path";
import type { ContainerEngine } from "../docker/port.ts";
import { isStepdockError, StepdockError } from "../errors/error.ts";
import { acquireRunLock, type RunLock } from "../metadata/run-lock.ts";
import { reapSecretFiles } from "../secrets/secret-files.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { cleanEngine } from "./clean/clean-engine.ts";
import { cleanRunFiles } from "./clean/clean-files.ts";
import { cleanRuns } from "./clean/clean-runs.ts";
import { isLive, isOwned } from "./run-state.ts";

export interface CleanOptions {
  /** How many runs to keep, the newest. Default: 20, or 0 where an age is given. */
  readonly keep?: number | undefined;
  /** Milliseconds: runs that were made later are kept. */
  readonly olderThan?: number | undefined;
  /** Tell everything, remove nothing. */
  readonly dryRun?: boolean | undefined;
  readonly now?: Date;
  readonly onRemoved?: (thing: RemovedThing) => void | Promise<void>;
  /** Told what was left alone, and why. */
  readonly onNote?: (text: string) => void | Promise<void>;
}

/** Something that was removed, or would be. */
export interface RemovedThing {
  readonly kind: "run" | "artifact" | "bundle" | "directory" | "container" | "network" | "volume" | "image";
  /** Id, URI, path or reference. */
  readonly id: string;
  /** As a person knows it. */
  readonly name: string;
  readonly sizeBytes?: number;
}

export interface CleanContext {
  readonly workspace: Workspace;
  readonly dryRun: boolean;
  readonly now: Date;
  /** Tells of one thing, and does what removes it unless this is a dry run. */
  readonly remove: (thing: RemovedThing, work: () => Promise<unknown>) => Promise<void>;
  readonly note: (text: string) => void | Promise<void>;
}

/** Another process cleans the same workspace. */
export class CleanLockedError extends StepdockError {
  readonly code = "run_locked";
}

const DEFAULT_KEPT = 20;

/**
 * Removes old runs, what only they used, and what interrupted runs left behind: never anything of a run whose owner
 * lives. Cached results of removed runs are computed again when they are needed. Returns how many things it removed.
 *
 * @throws CleanLockedError while another process cleans the workspace
 */
export const clean = async (
  workspace: Workspace,
  engine: () => Promise<ContainerEngine>,
  options: CleanOptions = {},
): Promise<number> => {
  using _ = options.dryRun ? undefined : lockOf(workspace);
  const { keep = options.olderThan === undefined ? DEFAULT_KEPT : 0, olderThan = 0 } = options;
  let removed = 0;
  const context = contextOf(workspace, options, () => {
    removed += 1;
  });
  const cleaned = await cleanRuns(context, { keep, olderThan });
  await cleanRunFiles(context, cleaned);
  const { kept } = cleaned;
  const live = kept.filter((run) => isLive(workspace.paths, run));
  try {
    await cleanEngine(context, await engine(), { kept, live });
  } catch (error) {
    if (!isStepdockError(error)) throw error;
    await context.note(`the engine was left as it is: ${error.message}`);
  }
  if (!context.dryRun)
    await reapSecretFiles(workspace.metadata.workspaceId, (runId) => isOwned(workspace.paths, runId));
  return removed;
};

/** Of two at once, each would miss under its hands what the other has just removed. */
const lockOf = ({ paths }: Workspace): RunLock => {
  const lock = acquireRunLock(join(paths.root, "clean.db"));
  if (lock) return lock;
  throw new CleanLockedError(
    `Another process cleans the workspace ${paths.root} just now. Try again when it is done.`,
  );
};

const contextOf = (workspace: Workspace, options: CleanOptions, count: () => void): CleanContext => {
  const { dryRun = false, now = new Date(), onRemoved, onNote = () => {} } = options;
  return {
    ...{ workspace, dryRun, now, note: onNote },
    remove: async (thing, work) => {
      if (!dryRun) await work();
      count();
      await onRemoved?.(thing);
    },
  };
};
