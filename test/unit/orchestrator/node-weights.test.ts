import { describe, expect, test } from "vitest";
import { weightsOf } from "../../../src/orchestrator/base/node-weights.ts";

const invocationsOf = (steps: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(steps).map(([id, stepName]) => [id, { id, stepName }]));

describe("weightsOf", () => {
  test("takes the duration of each invocation that has one", () => {
    const invocations = invocationsOf({ load: "load", train: "train" });
    expect(weightsOf(invocations, { load: 0.5, train: 20, gone: 7 })).toEqual({ load: 0.5, train: 20 });
  });

  test("takes the mean of its step for one without, and of all where its step has none", () => {
    const invocations = invocationsOf({ a: "fit", b: "fit", c: "fit", load: "load", save: "save" });
    expect(weightsOf(invocations, { a: 2, b: 4, load: 9 })).toEqual({ a: 2, b: 4, c: 3, load: 9, save: 5 });
  });

  test("counts every invocation as 1 where nothing is known", () => {
    expect(weightsOf(invocationsOf({ a: "a", b: "b" }), {})).toEqual({ a: 1, b: 1 });
  });

  test("is not deceived by ids that objects have by themselves", () => {
    const invocations = invocationsOf({ constructor: "x", toString: "y" });
    expect(weightsOf(invocations, {})).toEqual({ constructor: 1, toString: 1 });
  });
});
