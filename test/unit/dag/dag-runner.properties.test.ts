import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { longestRemainingPaths } from "../../../src/dag/longest-path.ts";
import type { DagResult, NodeStatus } from "../../../src/dag/node-status.ts";
import { type Dag, reverseDag } from "../../../src/dag/reverse-dag.ts";
import { topsortedLayers } from "../../../src/dag/topsort.ts";
import { ancestorsOf } from "./graphs.ts";
import {
  type Behaviour,
  type Event,
  FINAL,
  type Observed,
  observe,
  type Plan,
  plans,
  RAN,
} from "./observed-runs.ts";
import { readyOrder } from "./ready-order.ts";

const indexOf = (events: readonly Event[], what: Event["what"], id: string): number =>
  events.findIndex((event) => event.what === what && event.id === id);

const check = (
  property: (plan: Plan, observed: Observed) => void,
  given: Partial<Plan> = {},
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(plans, async (random) => {
      const plan = { ...random, ...given };
      property(plan, await observe(plan));
    }),
    { numRuns: 300 },
  );

/** The statuses of the nodes just before the event at `index`. */
const statusesBefore = (events: readonly Event[], index: number): Map<string, Event["what"]> =>
  new Map(
    events
      .slice(0, index)
      .flatMap(({ what, id }) => (what === "running" || FINAL.has(what) ? [[id, what]] : [])),
  );

describe("any run of any DAG", () => {
  test("gives each node exactly one final status, which the result has, and calls finalize once, last", () =>
    check(({ dag }, { result, events }) => {
      const final = events.filter(({ what }) => FINAL.has(what)).map(({ id, what }) => [id, what] as const);
      expect(final).toHaveLength(Object.keys(dag).length);
      expect(new Map(final)).toEqual(new Map([...result.nodes].map(([id, { status }]) => [id, status])));
      expect([...result.nodes.keys()].toSorted()).toEqual(Object.keys(dag).toSorted());
      expect(events.filter(({ what }) => what === "finalized")).toHaveLength(1);
      expect(events.at(-1)?.what).toBe("finalized");
    }));

  test("has a node run exactly if its status says so, and not before all its upstreams completed", () =>
    check(({ dag }, { result, events }) => {
      for (const [id, { status }] of result.nodes) {
        const start = indexOf(events, "running", id);
        expect(start >= 0).toBe(RAN.has(status));
        if (start < 0) continue;
        for (const upstream of dag[id] ?? []) {
          const end = indexOf(events, "completed", upstream);
          expect(end).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThan(start);
        }
      }
    }));

  test("never has more nodes hold a slot than maxParallelism", () =>
    check(({ maxParallelism = Number.POSITIVE_INFINITY }, { events }) => {
      for (const { what, slots } of events) {
        if (what === "running") expect(slots).toBeLessThan(maxParallelism);
      }
    }));

  test("reports each node as it behaved", () =>
    check((plan, { result }) => {
      for (const [index, id] of Object.keys(plan.dag).entries()) {
        const node = result.nodes.get(id);
        const behaviour = plan.behaviours[index];
        if (node === undefined || behaviour === undefined || !RAN.has(node.status)) continue;
        const status = {
          completes: "completed",
          rejects: "failed",
          fails: "failed",
          stops: "stopped",
        } as const;
        const allowed: NodeStatus[] = [
          status[behaviour.ends],
          ...(behaviour.obeysSignal ? ["stopped" as const] : []),
        ];
        expect(allowed).toContain(node.status);
      }
    }));

  test("names for each skipped node a failed ancestor, and skips or cancels all below a failure", () =>
    check(({ dag }, { result }) => {
      for (const [id, node] of result.nodes) {
        const ancestors = ancestorsOf(dag, id);
        if (node.status === "skipped") {
          expect(node.reason.kind).toBe("upstream_failed");
          expect(ancestors).toContain(node.reason.upstream);
          expect(result.failed).toContain(node.reason.upstream);
        }
        if (result.failed.some((failed) => ancestors.has(failed))) {
          expect(["skipped", "cancelled"]).toContain(node.status);
        }
      }
    }));

  test("starts nothing after an abort or a no, and stops what runs at an abort", () =>
    check((_, { events }) => {
      const at = events.findIndex(({ what }) => what === "aborted" || what === "refused");
      if (at < 0) return;
      expect(events.slice(at).map(({ what }) => what)).not.toContain("running");
      if (events[at]?.what === "refused") return;
      const stopped = new Set(events.filter(({ what }) => what === "stopNode").map(({ id }) => id));
      for (const [id, status] of statusesBefore(events, at)) {
        if (status === "running") expect(stopped).toContain(id);
      }
    }));

  test("calls stopNode at most once for a node, and only while it runs", () =>
    check((_, { events }) => {
      const stops = [...events.entries()].filter(([, { what }]) => what === "stopNode");
      expect(new Set(stops.map(([, { id }]) => id)).size).toBe(stops.length);
      for (const [index, { id }] of stops) expect(statusesBefore(events, index).get(id)).toBe("running");
    }));
});

describe("the execution mode of any run", () => {
  const uninterrupted = { interruption: undefined };
  const firstFailure = ({ events }: Observed): number => events.findIndex(({ what }) => what === "failed");
  const reasonsOf = ({ nodes }: DagResult) =>
    [...nodes.values()].flatMap((node) => (node.status === "cancelled" ? [node.reason] : []));

  test("continue_on_failure keeps from running only what is below a failed or stopped node", () =>
    check(
      ({ dag }, { result, events }) => {
        for (const [id, { status }] of result.nodes) {
          const blocked = [...ancestorsOf(dag, id)].some((ancestor) =>
            ["failed", "stopped"].includes(result.nodes.get(ancestor)?.status ?? ""),
          );
          expect(RAN.has(status)).toBe(!blocked);
        }
        expect(events.map(({ what }) => what)).not.toContain("stopNode");
      },
      { ...uninterrupted, executionMode: "continue_on_failure" },
    ));

  test("stop_on_failure starts nothing after a failure, and stops nothing", () =>
    check(
      (_, observed) => {
        const { events, result } = observed;
        const at = firstFailure(observed);
        expect(events.map(({ what }) => what)).not.toContain("stopNode");
        if (at < 0) return;
        expect(events.slice(at).map(({ what }) => what)).not.toContain("running");
        for (const reason of reasonsOf(result)) {
          if (reason.kind === "run_stopped_after_failure") expect(reason.failed).toBe(result.failed[0]);
        }
      },
      { ...uninterrupted, executionMode: "stop_on_failure" },
    ));

  test("fail_fast starts nothing after a failure, and stops exactly what runs", () =>
    check(
      (_, observed) => {
        const { events } = observed;
        const at = firstFailure(observed);
        const stopped = events.filter(({ what }) => what === "stopNode").map(({ id }) => id);
        if (at < 0) return expect(stopped).toEqual([]);
        expect(events.slice(at).map(({ what }) => what)).not.toContain("running");
        const failed = events[at]?.id;
        const running = [...statusesBefore(events, at)].filter(
          ([id, status]) => status === "running" && id !== failed,
        );
        expect(stopped.toSorted()).toEqual(running.map(([id]) => id).toSorted());
      },
      { ...uninterrupted, executionMode: "fail_fast" },
    ));
});

describe("the order of any run at maxParallelism 1", () => {
  const rank = (dag: Dag) => {
    const downstreams = reverseDag(dag);
    const layers = topsortedLayers(
      Object.keys(dag),
      (id) => id,
      (id) => [...(dag[id] ?? [])],
      (id) => downstreams[id] ?? [],
    );
    const paths = longestRemainingPaths(dag);
    return layers.flatMap((ids, layer) =>
      ids.map((id) => ({ id, layer, remainingPath: paths.get(id) ?? Number.NaN })),
    );
  };
  const completing = { ends: "completes", turns: 0, turnsToRelease: 1, obeysSignal: false } as const;

  test("is that of the flattened layers, in a layer by longest remaining path, then id", () =>
    check(
      ({ dag }, { events }) => {
        const started = events.filter(({ what }) => what === "running").map(({ id }) => id);
        const expected = rank(dag).toSorted(readyOrder("layers"));
        expect(started).toEqual(expected.map(({ id }) => id));
      },
      {
        behaviours: Array<Behaviour>(12).fill(completing),
        maxParallelism: 1,
        scheduling: "layers",
        interruption: undefined,
      },
    ));
});
