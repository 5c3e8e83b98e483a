import { isStepdockError } from "../errors/error.ts";
import type { NodeOutcome, RunNode } from "./dag-runner-options.ts";
import { NodeStatus, type RanResult } from "./node-status.ts";

/** What a call of `runNode` came to. */
export interface Execution {
  readonly result: RanResult;
  /** Settles when the slot is free. */
  readonly released: Promise<void> | undefined;
}

/** Calls `runNode` and never rejects. */
export const executeNode = async (runNode: RunNode, id: string, signal: AbortSignal): Promise<Execution> => {
  try {
    const outcome = (await runNode(id, { signal })) ?? { outcome: "completed" };
    return { result: toResult(outcome), released: outcome.released };
  } catch (error) {
    const stopped = signal.aborted && comesOfAbort(error, signal);
    return { result: stopped ? { status: NodeStatus.stopped } : failure(error), released: undefined };
  }
};

const toResult = ({ outcome, error }: NodeOutcome): RanResult =>
  outcome === "failed" ? failure(error) : { status: outcome };

const failure = (error: unknown): RanResult => ({ status: NodeStatus.failed, error });

const comesOfAbort = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason ||
  (error instanceof Error && error.name === "AbortError") ||
  (isStepdockError(error) && error.code === "interrupted");
