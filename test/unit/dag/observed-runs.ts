import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import type { DagRunnerOptions, NodeOutcome } from "../../../src/dag/dag-runner-options.ts";
import type { DagResult, NodeStatus } from "../../../src/dag/node-status.ts";
import { acyclicDags } from "./graphs.ts";

/** What a node does, how many turns of the event loop it takes, and how many more it holds its slot. */
const behaviours = fc.record({
  ends: fc.oneof(
    { weight: 6, arbitrary: fc.constant("completes" as const) },
    fc.constantFrom("rejects" as const, "fails" as const, "stops" as const),
  ),
  turns: fc.nat(3),
  turnsToRelease: fc.nat(2),
  obeysSignal: fc.boolean(),
});
export type Behaviour = typeof behaviours extends fc.Arbitrary<infer B> ? B : never;

export const plans = fc.record({
  dag: acyclicDags,
  behaviours: fc.array(behaviours, { minLength: 12, maxLength: 12 }),
  executionMode: fc.constantFrom(
    "fail_fast" as const,
    "stop_on_failure" as const,
    "continue_on_failure" as const,
  ),
  scheduling: fc.constantFrom("layers" as const, "critical-path" as const),
  maxParallelism: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  /** At which start the run is interrupted, and how. */
  interruption: fc.option(
    fc.record({
      at: fc.integer({ min: 1, max: 6 }),
      by: fc.constantFrom("signal" as const, "answer" as const),
    }),
    { nil: undefined },
  ),
});
export type Plan = typeof plans extends fc.Arbitrary<infer P> ? P : never;

export interface Event {
  readonly what: NodeStatus | "prepared" | "stopNode" | "aborted" | "refused" | "finalized";
  readonly id: string;
  readonly slots: number;
}

export interface Observed {
  readonly result: DagResult;
  readonly events: readonly Event[];
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
};

const behave = async (behaviour: Behaviour, signal: AbortSignal): Promise<NodeOutcome["outcome"]> => {
  await turns(behaviour.turns);
  if (behaviour.obeysSignal) signal.throwIfAborted();
  if (behaviour.ends === "rejects") throw new Error("broke");
  return ({ completes: "completed", fails: "failed", stops: "stopped" } as const)[behaviour.ends];
};

export const observe = async (
  plan: Plan,
  { lookahead }: Pick<DagRunnerOptions, "lookahead"> = {},
): Promise<Observed> => {
  const events: Event[] = [];
  const controller = new AbortController();
  const byId = new Map(Object.keys(plan.dag).map((id, index) => [id, plan.behaviours[index] as Behaviour]));
  let slots = 0;
  let starts = 0;
  let asked = 0;
  const free = () => {
    slots -= 1;
  };
  const note = (what: Event["what"], id = "") => void events.push({ what, id, slots });
  const interruptAt = (by: "signal" | "answer") =>
    plan.interruption?.by === by ? plan.interruption.at : Number.POSITIVE_INFINITY;

  const options: DagRunnerOptions = {
    ...plan,
    lookahead,
    prepareNode: (id) => note("prepared", id),
    signal: controller.signal,
    onStatus: (id, status) => note(status, id),
    stopNode: (id) => note("stopNode", id),
    finalize: () => note("finalized"),
    shouldContinue: () => {
      asked += 1;
      if (asked >= interruptAt("answer")) note("refused");
      return asked < interruptAt("answer");
    },
    runNode: async (id, { signal }) => {
      slots += 1;
      starts += 1;
      const behaviour = byId.get(id) as Behaviour;
      let release: Promise<void> | undefined;
      if (starts === interruptAt("signal")) {
        note("aborted");
        controller.abort();
      }
      try {
        const outcome = await behave(behaviour, signal);
        release = turns(behaviour.turnsToRelease).then(free);
        return { outcome, released: release };
      } finally {
        if (release === undefined) free();
      }
    },
  };
  const result = await new DagRunner(options).run();
  expect(slots).toBe(0);
  return { result, events };
};

export const FINAL: ReadonlySet<Event["what"]> = new Set([
  "completed",
  "failed",
  "stopped",
  "skipped",
  "cancelled",
]);
export const RAN: ReadonlySet<Event["what"]> = new Set(["completed", "failed", "stopped"]);
