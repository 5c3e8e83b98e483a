import { existsSync } from "node:fs";
import { join } from "node:path";
import { isRunLocked } from "../metadata/run-lock.ts";
import { type ExecutionStatus, isFinished, type PipelineRun, runsElsewhere } from "../model/index.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";

/** A status as it is told: a record that is not final though its owner is gone was interrupted. */
export type ToldStatus = ExecutionStatus | "interrupted";

export const runLockPath = (paths: WorkspacePaths, runId: string): string =>
  join(paths.runs, runId, "lock.db");

/** Whether a live process owns the run. */
export const isOwned = (paths: WorkspacePaths, runId: string): boolean => {
  const path = runLockPath(paths, runId);
  return existsSync(path) && isRunLocked(path);
};

/** Whether the run goes on: it has not ended, and its owner lives, or it needs none. */
export const isLive = (
  paths: WorkspacePaths,
  run: Pick<PipelineRun, "id" | "status" | "metadata">,
): boolean => !isFinished(run.status) && (runsElsewhere(run) || isOwned(paths, run.id));

/** The status of a run, or of a step of it, given whether the run goes on. */
export const toldStatus = (status: ExecutionStatus, live: boolean): ToldStatus =>
  isFinished(status) || live ? status : "interrupted";
