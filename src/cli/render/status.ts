import type { ExecutionStatus, SkipReason } from "../../model/index.ts";
import type { Style } from "./text.ts";

/** A status as it is shown: a record that is not final and whose owner is gone was interrupted. */
export type ShownStatus = ExecutionStatus | "interrupted" | "waiting";

const STYLES: Readonly<Record<ShownStatus, Style>> = {
  waiting: "dim",
  initializing: "cyan",
  provisioning: "cyan",
  running: "cyan",
  retrying: "yellow",
  retried: "yellow",
  stopping: "yellow",
  stopped: "yellow",
  interrupted: "yellow",
  skipped: "dim",
  cached: "blue",
  completed: "green",
  failed: "red",
};

export const statusStyle = (status: ShownStatus): Style => STYLES[status];

/** Why a step did not run, as a clause. */
export const skipText = (reason: SkipReason): string => {
  switch (reason.kind) {
    case "upstream_failed":
      return `its upstream ${reason.upstream} did not succeed`;
    case "run_stopped_after_failure":
      return `the run was stopped after ${reason.failed} failed`;
    case "interrupted":
      return "the run was interrupted before it began";
  }
};

/** The order in which a summary counts. */
const COUNTED: readonly ShownStatus[] = [
  "completed",
  "cached",
  "failed",
  "skipped",
  "stopped",
  "retrying",
  "retried",
  "running",
  "stopping",
  "provisioning",
  "initializing",
  "interrupted",
  "waiting",
];

/** `3 completed, 2 cached, 1 failed`. */
export const countStatuses = (statuses: Iterable<ShownStatus>): string => {
  const counts = new Map<ShownStatus, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return COUNTED.filter((status) => counts.has(status))
    .map((status) => `${counts.get(status)} ${status}`)
    .join(", ");
};
