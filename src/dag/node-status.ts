/**
 * Where a node of a run stands. Closed set; the first three pass, the others are final:
 * - `not_ready`: an upstream is not completed yet. ZenML's `WAITING` is this and `ready`.
 * - `ready`: all upstreams are completed, it waits for a slot.
 * - `running`: `runNode` was called and has not given an outcome.
 * - `completed`: it ran and its dependents may start.
 * - `failed`: it ran and failed.
 * - `stopped`: it ran and was stopped before its end.
 * - `skipped`: it never ran, since an upstream failed.
 * - `cancelled`: it never ran, since the run (or an upstream of it) was stopped.
 *
 * Mirrors ZenML's `dag_runner.NodeStatus`.
 */
export const NodeStatus = {
  notReady: "not_ready",
  ready: "ready",
  running: "running",
  completed: "completed",
  failed: "failed",
  stopped: "stopped",
  skipped: "skipped",
  cancelled: "cancelled",
} as const;

export type NodeStatus = (typeof NodeStatus)[keyof typeof NodeStatus];

/** `upstream` is the failed root cause, which need not be a direct upstream. */
export interface UpstreamFailed {
  readonly kind: "upstream_failed";
  readonly upstream: string;
}

/** `failed` is the node whose failure ended the run (`fail_fast`, `stop_on_failure`). */
export interface RunStoppedAfterFailure {
  readonly kind: "run_stopped_after_failure";
  readonly failed: string;
}

/** The signal was aborted, `shouldContinue` said no, a hook threw, or an upstream was stopped. */
export interface Interrupted {
  readonly kind: "interrupted";
}

/** Why a run starts no more nodes. */
export type HaltReason = RunStoppedAfterFailure | Interrupted;

/** Why a node did not run. */
export type NotRunReason = UpstreamFailed | HaltReason;

/** What became of a node. A `failed` one has what `runNode` rejected with, or the `error` it gave (perhaps none). */
export type NodeResult =
  | { readonly status: typeof NodeStatus.completed }
  | { readonly status: typeof NodeStatus.failed; readonly error: unknown }
  | { readonly status: typeof NodeStatus.stopped }
  | { readonly status: typeof NodeStatus.skipped; readonly reason: UpstreamFailed }
  | { readonly status: typeof NodeStatus.cancelled; readonly reason: HaltReason };

/** The result of a node that ran. */
export type RanResult = Exclude<NodeResult, { readonly reason: NotRunReason }>;

/** What became of a run. */
export interface DagResult {
  /** One result for each node, in the order of the flattened layers. */
  readonly nodes: ReadonlyMap<string, NodeResult>;
  /** The ids of the failed nodes, in the order of their failing. */
  readonly failed: readonly string[];
}
