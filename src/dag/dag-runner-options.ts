import type { ExecutionMode } from "../model/status.ts";
import type { Scheduling, Weights } from "./dag-plan.ts";
import { DagOptionError } from "./errors.ts";
import { emitWarning, type OnWarning } from "./neighbours.ts";
import type { StatusListener } from "./node-ledger.ts";
import type { DagResult } from "./node-status.ts";
import type { Dag } from "./reverse-dag.ts";

/** What `runNode` may resolve with to say more than "completed". */
export interface NodeOutcome {
  /** It counts at once: `completed` lets dependents start while the slot is still held. */
  readonly outcome: "completed" | "failed" | "stopped";
  /** Why it failed. */
  readonly error?: unknown;
  /** The slot is freed when this settles; a rejection is a warning, for the outcome stands. Default: at once. */
  readonly released?: Promise<void> | undefined;
}

export interface RunNodeOptions {
  /**
   * Aborted when this node has to stop, also between its outcome and its `released`. A rejection that comes of it (its
   * reason, an `AbortError`, or an error with the code `interrupted`) means `stopped`; any other means `failed`.
   */
  readonly signal: AbortSignal;
}

/** Resolving with nothing means completed, rejecting means failed. */
export type RunNode = (
  id: string,
  options: RunNodeOptions,
) => Promise<NodeOutcome | undefined> | Promise<void>;

/** What nodes that run at once share, besides slots. */
export interface NodeCapacity {
  /**
   * Asked of ready nodes in their order, with a slot free, until one may start; at most `WINDOW` of them at a time. A
   * node that may holds its part until `leave`, which is called when its slot is given back. While nothing runs, the
   * first that is asked for has to be let in.
   */
  tryEnter(id: string): boolean;
  leave(id: string): void;
  /** The listener is to be called when a refused node may be let in though no slot was given back. */
  onFreed(listener: () => void): void;
}

/**
 * How to run a DAG. A hook that throws or rejects ends the run as an abort of `signal` does; `run()` then rejects with
 * what it threw, after `finalize`.
 */
export interface DagRunnerOptions {
  /** Node → the nodes it depends on. Unknown and duplicate upstreams are ignored with a warning. */
  readonly dag: Dag;
  readonly runNode: RunNode;
  /** How many nodes may hold a slot at once; a positive integer. Default: as many as are ready. */
  readonly maxParallelism?: number | undefined;
  /**
   * Seconds between the starts of nodes that run in parallel; a node that would run alone does not wait. Default: 0.
   */
  readonly parallelNodeStartupWaitingPeriod?: number | undefined;
  /**
   * What a failure does to the rest. `continue_on_failure` (the default): its descendants are skipped.
   * `stop_on_failure`: also, nothing more starts. `fail_fast`: also, what runs is stopped.
   */
  readonly executionMode?: ExecutionMode | undefined;
  readonly capacity?: NodeCapacity | undefined;
  readonly scheduling?: Scheduling | undefined;
  /** For the longest remaining paths: how long each node takes, in any unit. */
  readonly weights?: Weights | undefined;
  /**
   * How many nodes may be prepared ahead of their start; 0 or a positive integer. Default: 0, which prepares none.
   */
  readonly lookahead?: number | undefined;
  /**
   * A hint that this node comes soon: called at most once for a node, before its start, and never for one that starts
   * as soon as it is ready. Upcoming are the ready nodes that wait for a slot, then those of which all upstreams are
   * completed, running or ready, then those for which that holds of all but upcoming upstreams, and so on; each of
   * these hops in the order of `scheduling`. After each change, once the free slots are taken, the first upcoming nodes
   * are prepared, as long as fewer than `lookahead` prepared ones wait for their start. What is prepared may be
   * overtaken, and may come to be skipped or cancelled. Not called any more once the run is being stopped, and not
   * waited for before `runNode`.
   */
  readonly prepareNode?: ((id: string) => void | Promise<void>) | undefined;
  /**
   * Called once for each node without an outcome when what runs has to stop, after its signal is aborted. It is waited
   * for, and so is the node itself.
   */
  readonly stopNode?: ((id: string) => void | Promise<void>) | undefined;
  /** Asked before each start, with a slot taken; after a false nothing more starts, and what runs goes on. */
  readonly shouldContinue?: (() => boolean | Promise<boolean>) | undefined;
  /** Called once, when nothing runs any more, whatever happened. */
  readonly finalize?: ((result: DagResult) => void | Promise<void>) | undefined;
  /** Called at each change of a node's status; each node gets one final status, once. */
  readonly onStatus?: StatusListener | undefined;
  /** Aborting it stops what runs; the rest is cancelled. */
  readonly signal?: AbortSignal | undefined;
  readonly onWarning?: OnWarning | undefined;
}

type Defaulted =
  | "maxParallelism"
  | "parallelNodeStartupWaitingPeriod"
  | "executionMode"
  | "scheduling"
  | "lookahead"
  | "onWarning";

/** The options with their defaults. */
export type ResolvedOptions = DagRunnerOptions & {
  readonly [K in Defaulted]: NonNullable<DagRunnerOptions[K]>;
};

/** What a Node timer can wait for at most, in seconds: above it, it fires at once. */
const LONGEST_PERIOD = (2 ** 31 - 1) / 1000;

/** @throws DagOptionError if a number is out of its range. */
export const resolveOptions = (options: DagRunnerOptions): ResolvedOptions => {
  const { maxParallelism, parallelNodeStartupWaitingPeriod: period = 0, lookahead = 0 } = options;
  if (maxParallelism !== undefined && !(Number.isSafeInteger(maxParallelism) && maxParallelism > 0)) {
    throw new DagOptionError("maxParallelism", maxParallelism, "a positive integer");
  }
  if (!(period >= 0 && period <= LONGEST_PERIOD)) {
    const expected = `a number of seconds from 0 to ${LONGEST_PERIOD}`;
    throw new DagOptionError("parallelNodeStartupWaitingPeriod", period, expected);
  }
  if (!(Number.isSafeInteger(lookahead) && lookahead >= 0)) {
    throw new DagOptionError("lookahead", lookahead, "0 or a positive integer");
  }
  return {
    ...options,
    maxParallelism: maxParallelism ?? Number.POSITIVE_INFINITY,
    parallelNodeStartupWaitingPeriod: period,
    executionMode: options.executionMode ?? "continue_on_failure",
    scheduling: options.scheduling ?? "layers",
    lookahead,
    onWarning: options.onWarning ?? emitWarning,
  };
};
