import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import type { DagRunnerOptions } from "../../../src/dag/dag-runner-options.ts";
import { chain, fanOut } from "./graphs.ts";
import { observe, plans } from "./observed-runs.ts";
import { everythingHappened, ManualNodes, noop } from "./support.ts";

/** A run of which the nodes end when the test says so. */
const start = async (options: Omit<DagRunnerOptions, "runNode" | "prepareNode">) => {
  const prepared: string[] = [];
  const nodes = new ManualNodes();
  const prepareNode = (id: string) => void prepared.push(id);
  const running = new DagRunner({ ...options, runNode: nodes.run, prepareNode }).run();
  await everythingHappened();
  return { prepared, nodes, running };
};

const finish = async ({ nodes, running }: Awaited<ReturnType<typeof start>>, ids: readonly string[]) => {
  for (const id of ids) await nodes.complete(id);
  await running;
};

describe("prepareNode", () => {
  test("is not called without a lookahead", async () => {
    const prepared: string[] = [];
    const prepareNode = (id: string) => void prepared.push(id);
    await new DagRunner({ dag: chain(4), runNode: noop, prepareNode, maxParallelism: 1 }).run();
    expect(prepared).toEqual([]);
  });

  test("is called for the next nodes of a chain, several hops ahead of the one that runs", async () => {
    const run = await start({ dag: chain(5), lookahead: 2 });
    expect(run.prepared).toEqual(["n1", "n2"]);
    await run.nodes.complete("n0");
    expect(run.prepared).toEqual(["n1", "n2", "n3"]);
    await finish(run, ["n1", "n2", "n3", "n4"]);
    expect(run.prepared).toEqual(["n1", "n2", "n3", "n4"]);
  });

  test("is called for ready nodes that wait for a slot before the nodes below what runs", async () => {
    const dag = { a: [], b: [], c: [], below: ["a"] };
    const run = await start({ dag, lookahead: 2, maxParallelism: 1 });
    expect(run.prepared).toEqual(["b", "c"]);
    await finish(run, ["a", "b", "c", "below"]);
    expect(run.prepared).toEqual(["b", "c", "below"]);
  });

  test("is not called for a node that starts as soon as it is ready", async () => {
    const run = await start({ dag: fanOut(6), lookahead: 1, maxParallelism: 4 });
    expect(run.prepared).toEqual(["n1"]);
    await run.nodes.complete("n0");
    expect(run.nodes.started).toEqual(["n0", "n1", "n2", "n3", "n4"]);
    expect(run.prepared).toEqual(["n1", "n5"]);
    await finish(run, ["n1", "n2", "n3", "n4", "n5"]);
  });

  test("follows the scheduling within a hop", async () => {
    const dag = { first: [], a: ["first"], b: ["first"], c: ["first", "other"], other: [] };
    const options = { dag, lookahead: 3, maxParallelism: 1, weights: { b: 3, c: 2, other: 0 } } as const;
    const run = await start({ ...options, scheduling: "critical-path" });
    expect(run.prepared).toEqual(["other", "b", "c"]);
    await finish(run, ["first", "b", "other", "c", "a"]);
  });

  test("is called for a node whose upstreams are prepared or run, not while another one is too far away", async () => {
    const dag = { a: [], b: ["a"], far: ["b"], both: ["a", "far"] };
    const run = await start({ dag, lookahead: 2 });
    expect(run.prepared).toEqual(["b", "far"]);
    await finish(run, ["a", "b", "far", "both"]);
  });

  test("is called for dependents of a node that has its outcome and still holds its slot", async () => {
    const released = Promise.withResolvers<void>();
    const run = await start({ dag: fanOut(4), lookahead: 1, maxParallelism: 1 });
    await run.nodes.complete("n0", { outcome: "completed", released: released.promise });
    expect(run.nodes.started).toEqual(["n0"]);
    released.resolve();
    await everythingHappened();
    await finish(run, ["n1", "n2", "n3"]);
    expect(run.prepared).toEqual(["n1", "n2", "n3"]);
  });

  test("is called for another node where one that was prepared is skipped", async () => {
    const dag = { bad: [], good: [], a: ["bad"], b: ["good"] };
    const run = await start({ dag, lookahead: 1 });
    await run.nodes.fail("bad");
    expect(run.prepared).toEqual(["a", "b"]);
    await finish(run, ["good", "b"]);
  });

  test("is called no more once the run is being stopped", async () => {
    const dag = { bad: [], good: [], a: ["good"], b: ["a"] };
    const run = await start({ dag, lookahead: 1, executionMode: "stop_on_failure" });
    await run.nodes.fail("bad");
    await run.nodes.complete("good");
    await run.running;
    expect(run.prepared).toEqual(["a"]);
  });

  test.each([1, 8])(
    "costs a wide DAG and a long chain of 20,000 little with a lookahead of %i",
    async (lookahead) => {
      for (const dag of [fanOut(20_000), chain(20_000)]) {
        let prepared = 0;
        const prepareNode = () => {
          prepared += 1;
        };
        await new DagRunner({ dag, runNode: noop, prepareNode, lookahead, maxParallelism: 2 }).run();
        expect(prepared).toBeGreaterThan(9_000);
      }
    },
  );
});

describe("prepareNode in any run", () => {
  test("is called at most once for a node, never after its start, and for one whose upstreams are near", () =>
    fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 1, max: 4 }), async (plan, lookahead) => {
        const { events } = await observe(plan, { lookahead });
        const near = new Set<string>();
        const prepared = new Set<string>();
        const started = new Set<string>();
        for (const { what, id } of events) {
          if (what === "prepared") {
            expect(prepared).not.toContain(id);
            expect(started).not.toContain(id);
            for (const upstream of plan.dag[id] ?? []) expect(near).toContain(upstream);
            prepared.add(id);
          }
          if (what === "running") started.add(id);
          if (what === "prepared" || what === "ready") near.add(id);
        }
      }),
      { numRuns: 300 },
    ));
});
