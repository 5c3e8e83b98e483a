import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CyclicGraphError, DagOptionError } from "../../../src/dag/errors.ts";
import { longestRemainingPaths } from "../../../src/dag/longest-path.ts";
import { reverseDag } from "../../../src/dag/reverse-dag.ts";
import { acyclicDags, chain } from "./graphs.ts";

const diamond = { a: [], b: ["a"], c: ["a"], d: ["b"], e: ["d", "c"] };

describe("longestRemainingPaths", () => {
  test("counts the nodes from a node to the farthest sink, itself included", () => {
    expect(Object.fromEntries(longestRemainingPaths(diamond))).toEqual({ a: 4, b: 3, c: 2, d: 2, e: 1 });
  });

  test("adds weights up, and takes 1 for a node without one", () => {
    const paths = longestRemainingPaths(diamond, { weights: { c: 10, e: 0 } });
    expect(Object.fromEntries(paths)).toEqual({ a: 11, b: 2, c: 10, d: 1, e: 0 });
  });

  test("takes no weight from the prototype of the weights", () => {
    expect(longestRemainingPaths({ constructor: [] }).get("constructor")).toBe(1);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses the weight %d", (weight) => {
    const find = () => longestRemainingPaths({ a: [] }, { weights: { a: weight } });
    expect(find).toThrow(DagOptionError);
    expect(find).toThrow(expect.objectContaining({ code: "usage", option: 'weights["a"]', value: weight }));
  });

  test("refuses a cycle", () => {
    expect(() => longestRemainingPaths({ a: ["b"], b: ["a"] })).toThrow(CyclicGraphError);
  });

  test("warns about an upstream that is no node", () => {
    const warnings: string[] = [];
    longestRemainingPaths({ a: ["ghost"] }, { onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual(['Node "a" names the parent "ghost", which is no node: ignored.']);
  });

  test("walks a chain of 100,000 nodes", () => {
    expect(longestRemainingPaths(chain(100_000)).get("n0")).toBe(100_000);
  });

  test("is a node's weight plus the longest of its downstreams", () => {
    fc.assert(
      fc.property(acyclicDags, fc.array(fc.nat(100), { minLength: 12, maxLength: 12 }), (dag, numbers) => {
        const ids = Object.keys(dag);
        const weights = Object.fromEntries(ids.map((id, index) => [id, numbers[index] ?? 1]));
        const paths = longestRemainingPaths(dag, { weights });
        const downstreams = reverseDag(dag);
        for (const id of ids) {
          const rest = (downstreams[id] ?? []).map((next) => paths.get(next) ?? Number.NaN);
          expect(paths.get(id)).toBe((weights[id] ?? Number.NaN) + Math.max(0, ...rest));
        }
      }),
    );
  });
});
