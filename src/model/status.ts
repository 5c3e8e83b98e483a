import * as z from "zod/mini";

/** ZenML's `ExecutionStatus`, of pipeline runs and step runs alike. */
export const ExecutionStatus = z.enum([
  "initializing",
  "provisioning",
  "running",
  "failed",
  "completed",
  "cached",
  "skipped",
  "retrying",
  "retried",
  "stopped",
  "stopping",
]);
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

const FINISHED: ReadonlySet<ExecutionStatus> = new Set([
  "failed",
  "completed",
  "cached",
  "skipped",
  "retried",
  "stopped",
]);

/** Whether nothing follows this status. */
export const isFinished = (status: ExecutionStatus): boolean => FINISHED.has(status);

/** Whether a step with this status has outputs that others may use. */
export const isSuccessful = (status: ExecutionStatus): boolean =>
  status === "completed" || status === "cached";

/** ZenML's `ExecutionMode`: what becomes of the rest of the run after a step failed. */
export const ExecutionMode = z.enum(["fail_fast", "stop_on_failure", "continue_on_failure"]);
export type ExecutionMode = z.infer<typeof ExecutionMode>;

const FOLLOWS: Readonly<Record<ExecutionStatus, readonly ExecutionStatus[]>> = {
  initializing: [
    "provisioning",
    "running",
    "retrying",
    "failed",
    "completed",
    "cached",
    "skipped",
    "stopping",
    "stopped",
  ],
  provisioning: ["running", "retrying", "failed", "stopping", "stopped"],
  running: ["completed", "cached", "failed", "retrying", "stopping", "stopped"],
  retrying: ["retried", "failed", "stopping", "stopped"],
  stopping: ["stopped", "failed", "completed"],
  failed: [],
  completed: [],
  cached: [],
  skipped: [],
  retried: [],
  stopped: [],
};

/** Whether a record may go from one status to the other. */
export const mayFollow = (from: ExecutionStatus, to: ExecutionStatus): boolean => FOLLOWS[from].includes(to);
