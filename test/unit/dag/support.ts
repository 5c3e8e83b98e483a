import { setImmediate } from "node:timers/promises";
import type { NodeOutcome, RunNode } from "../../../src/dag/dag-runner-options.ts";

/** Nodes that run until the test ends them. */
export class ManualNodes {
  /** In the order of their starts. */
  readonly started: string[] = [];
  readonly signals = new Map<string, AbortSignal>();
  readonly #ends = new Map<string, PromiseWithResolvers<NodeOutcome | undefined>>();

  readonly run: RunNode = (id, { signal }) => {
    const end = Promise.withResolvers<NodeOutcome | undefined>();
    this.started.push(id);
    this.signals.set(id, signal);
    this.#ends.set(id, end);
    return end.promise;
  };

  async complete(id: string, outcome?: NodeOutcome): Promise<void> {
    this.#end(id).resolve(outcome);
    await everythingHappened();
  }

  async fail(id: string, error: unknown = new Error(`${id} broke`)): Promise<void> {
    this.#end(id).reject(error);
    await everythingHappened();
  }

  #end(id: string): PromiseWithResolvers<NodeOutcome | undefined> {
    const end = this.#ends.get(id);
    if (end === undefined) throw new Error(`${id} has not started`);
    return end;
  }
}

/** All that can happen without the test's doing has happened: one turn of the event loop drains every microtask. */
export const everythingHappened = (): Promise<void> => setImmediate();

export const noop: RunNode = async () => {};
