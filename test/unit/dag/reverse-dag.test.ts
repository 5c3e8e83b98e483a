import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reverseDag } from "../../../src/dag/reverse-dag.ts";
import { acyclicDags } from "./graphs.ts";

describe("reverseDag", () => {
  test("turns node → upstreams into node → downstreams, with an empty list for a sink", () => {
    expect(reverseDag({ load: [], train: ["load"], report: ["load", "train"] })).toEqual({
      load: ["train", "report"],
      train: ["report"],
      report: [],
    });
  });

  test("makes a key of an upstream that is no key", () => {
    expect(reverseDag({ a: ["outside"] })).toEqual({ a: [], outside: ["a"] });
  });

  test("takes ids that are also names of properties of objects", () => {
    const reversed = reverseDag(Object.fromEntries([["__proto__", ["constructor"]]]));
    expect(Object.entries(reversed)).toEqual([
      ["__proto__", []],
      ["constructor", ["__proto__"]],
    ]);
  });

  test("leaves its argument alone", () => {
    const dag = Object.freeze({ a: Object.freeze([]), b: Object.freeze(["a"]) });
    expect(reverseDag(dag)).toEqual({ a: ["b"], b: [] });
  });

  test("gives the same edges again when done twice", () => {
    const edges = (dag: Readonly<Record<string, readonly string[]>>) =>
      Object.entries(dag).map(([id, upstreams]) => [id, upstreams.toSorted()]);
    fc.assert(
      fc.property(acyclicDags, (dag) => {
        expect(edges(reverseDag(reverseDag(dag)))).toEqual(edges(dag));
      }),
    );
  });
});
