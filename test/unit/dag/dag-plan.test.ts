import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planDag, type Scheduling } from "../../../src/dag/dag-plan.ts";
import { acyclicDags } from "./graphs.ts";
import { readyOrder } from "./ready-order.ts";

describe("planDag", () => {
  const dag = {
    root: [],
    short_b: [],
    short_a: [],
    long: [],
    longest: ["root"],
    after: ["longest"],
    end: ["long"],
  };
  const order = (scheduling: Scheduling) =>
    planDag(dag, { scheduling, weights: { longest: 9, root: 0, long: 2 } })
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ id }) => id);

  test("ranks by layer, then longest remaining path, then id for layers", () => {
    expect(order("layers")).toEqual(["root", "long", "short_a", "short_b", "longest", "end", "after"]);
  });

  test("ranks by longest remaining path, then layer, then id for critical-path", () => {
    expect(order("critical-path")).toEqual(["root", "longest", "long", "short_a", "short_b", "end", "after"]);
  });

  test("gives each node of any DAG its place, its neighbours, and the rank that its order has", () => {
    fc.assert(
      fc.property(
        acyclicDags,
        fc.constantFrom("layers" as const, "critical-path" as const),
        (random, scheduling) => {
          const plan = planDag(random, { scheduling });
          expect(plan.map(({ index }) => index)).toEqual(plan.map((_, index) => index));
          expect(plan.toSorted((a, b) => a.rank - b.rank)).toEqual(plan.toSorted(readyOrder(scheduling)));
          for (const { id, parents, children } of plan) {
            expect(parents.map((parent) => parent.id)).toEqual(random[id]);
            const below = Object.keys(random).filter((other) => random[other]?.includes(id));
            expect(children.map((child) => child.id).toSorted()).toEqual(below.toSorted());
          }
        },
      ),
    );
  });
});
