import fc from "fast-check";
import { expect, test } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import { NodeStatus } from "../../../src/dag/node-status.ts";
import { Admission, type Claim, MOST_OVERTAKES } from "../../../src/orchestrator/containerized/admission.ts";

const CAPACITY = { memoryBytes: 100, cpus: 4 };

const claims = fc.record({
  memoryBytes: fc.oneof(fc.nat(100), fc.constantFrom(51, 60, 100)),
  cpus: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 4, noNaN: true })),
});

const nodeOf = (memoryBytes: number, turns: number) => ({
  attempts: [[{ memoryBytes, cpus: 0 }, turns] as [Claim, number]],
  upstreams: [],
});

const anyPlans = fc.record({
  /** Each node: what it claims, in turns; for how many turns of the loop each attempt runs; its upstreams. */
  nodes: fc.array(
    fc.record({
      attempts: fc.array(fc.tuple(claims, fc.nat(4)), { minLength: 1, maxLength: 3 }),
      upstreams: fc.array(fc.nat(20), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  maxParallelism: fc.integer({ min: 1, max: 5 }),
  lookahead: fc.nat(4),
  /** After so many starts the run is stopped. */
  stopAfter: fc.option(fc.nat(10), { nil: Number.POSITIVE_INFINITY }),
});

/** One that needs all there is comes second, while the first runs on and many small ones pass. */
const starving = fc.record({
  nodes: fc
    .array(fc.constant(nodeOf(1, 0)), { minLength: 20, maxLength: 40 })
    .map((small) => [nodeOf(1, 100), nodeOf(100, 0), ...small]),
  maxParallelism: fc.integer({ min: 2, max: 5 }),
  lookahead: fc.nat(4),
  stopAfter: fc.constant(Number.POSITIVE_INFINITY),
});

type Plan = typeof anyPlans extends fc.Arbitrary<infer T> ? T : never;

const turn = () => new Promise(setImmediate);

const nameOf = (index: number) => `n${String(index).padStart(2, "0")}`;

const checkRun = async ({ nodes, maxParallelism, lookahead, stopAfter }: Plan): Promise<void> => {
  const admission = new Admission(CAPACITY);
  const stop = new AbortController();
  const dag = Object.fromEntries(
    nodes.map(({ upstreams }, index) => [
      nameOf(index),
      [...new Set(upstreams)].filter((up) => up < index).map(nameOf),
    ]),
  );
  const attemptsOf = (id: string) => nodes[Number(id.slice(1))]?.attempts ?? [];
  const first = (id: string) => attemptsOf(id)[0]?.[0] ?? CAPACITY;
  const held = new Map<string, { memoryBytes: number; cpus: number }>();
  const parked = new Map<string, number>();
  const refused = new Map<string, number>();
  const passed = new Map<string, number>();
  let asked = 0;
  let starts = 0;
  const check = () => {
    const sum = (of: "memoryBytes" | "cpus") => [...held.values()].reduce((all, each) => all + each[of], 0);
    const idle = [...parked.values()].reduce((all, bytes) => all + bytes, 0);
    expect(sum("memoryBytes") + idle).toBeLessThanOrEqual(CAPACITY.memoryBytes);
    expect(sum("cpus")).toBeLessThanOrEqual(CAPACITY.cpus + 1e-6);
  };
  const runner = new DagRunner({
    ...{ dag, maxParallelism, lookahead, signal: stop.signal, weights: {} },
    prepareNode: (id) => {
      const { memoryBytes } = first(id);
      if (admission.tryPark(id, memoryBytes, async () => void parked.delete(id))) parked.set(id, memoryBytes);
      check();
    },
    capacity: {
      tryEnter: (id) => {
        asked += 1;
        const isIn = admission.tryEnter(id, first(id));
        if (!isIn && !refused.has(id)) refused.set(id, asked);
        if (isIn) {
          parked.delete(id);
          held.set(id, first(id));
          const since = refused.get(id) ?? Number.POSITIVE_INFINITY;
          refused.delete(id);
          for (const [other, at] of refused) {
            if (at < since) passed.set(other, (passed.get(other) ?? 0) + 1);
            expect(passed.get(other) ?? 0).toBeLessThanOrEqual(MOST_OVERTAKES);
          }
          starts += 1;
          check();
        }
        return isIn;
      },
      leave: (id) => {
        held.delete(id);
        admission.leave(id);
      },
      onFreed: (listener) => {
        admission.onFreed = listener;
      },
    },
    runNode: async (id, { signal }) => {
      for (const [claim, turns] of attemptsOf(id)) {
        const own = held.get(id);
        if (own && (claim.memoryBytes > own.memoryBytes || claim.cpus > own.cpus)) held.delete(id);
        if (!(await admission.settle(id, claim, signal))) return { outcome: "stopped" as const };
        if (!held.has(id)) held.set(id, claim);
        check();
        if (starts > stopAfter) stop.abort();
        for (let index = 0; index < turns; index += 1) await turn();
      }
      return { outcome: "completed" as const };
    },
  });
  const { nodes: results } = await runner.run();
  expect(held.size).toBe(0);
  if (!stop.signal.aborted) {
    for (const { status } of results.values()) expect(status).toBe(NodeStatus.completed);
  }
};

test.each([
  ["any", anyPlans],
  ["a starving", starving],
])(
  "%s run stays below the engine's figures, has each step run, and none overtaken for ever",
  { timeout: 60_000 },
  (_, plans) => fc.assert(fc.asyncProperty<[Plan]>(plans, checkRun), { numRuns: 100 }),
);
