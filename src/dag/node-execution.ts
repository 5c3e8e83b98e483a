import { isStepdockError } from "../errors/error.ts";
import type { PlannedNode } from "./dag-plan.ts";
import type { NodeOutcome, RunNode } from "./dag-runner-options.ts";
import { NodeStatus, type RanResult } from "./node-status.ts";

/** What a call of `runNode` came to. */
export interface Execution {
  readonly result: RanResult;
  /** Settles when the slot is free. */
  readonly released: Promise<void> | undefined;
}

/** A node that holds a slot. */
export class RunningNode {
  readonly node: PlannedNode;
  hasOutcome = false;
  /** Made when somebody asks for it: most of 100,000 nodes need none. */
  #controller: AbortController | undefined;

  constructor(node: PlannedNode) {
    this.node = node;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** False if it was stopped before. */
  stop(reason: unknown): boolean {
    if (this.signal.aborted) return false;
    this.#controller?.abort(reason);
    return true;
  }

  /** Calls `runNode` and never rejects. */
  async execute(runNode: RunNode): Promise<Execution> {
    const running = this;
    try {
      const outcome = await runNode(this.node.id, {
        get signal() {
          return running.signal;
        },
      });
      return outcome === undefined ? COMPLETED : { result: toResult(outcome), released: outcome.released };
    } catch (error) {
      return { result: this.#resultOf(error), released: undefined };
    }
  }

  #resultOf(error: unknown): RanResult {
    const { signal } = this;
    return signal.aborted && comesOfAbort(error, signal) ? { status: NodeStatus.stopped } : failure(error);
  }
}

const COMPLETED: Execution = { result: { status: NodeStatus.completed }, released: undefined };

const toResult = ({ outcome, error }: NodeOutcome): RanResult =>
  outcome === "failed" ? failure(error) : { status: outcome };

const failure = (error: unknown): RanResult => ({ status: NodeStatus.failed, error });

const comesOfAbort = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason ||
  (error instanceof Error && error.name === "AbortError") ||
  (isStepdockError(error) && error.code === "interrupted");
