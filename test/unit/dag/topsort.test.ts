import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CyclicGraphError, DuplicateNodeError } from "../../../src/dag/errors.ts";
import { type Dag, reverseDag } from "../../../src/dag/reverse-dag.ts";
import { topsortedLayers } from "../../../src/dag/topsort.ts";
import { nextWarning } from "../../fixtures/process-warning.ts";
import { acyclicDags, chain, fanOut } from "./graphs.ts";

const layersOf = (dag: Dag, children: Dag = reverseDag(dag), warnings: string[] = []): string[][] =>
  topsortedLayers(
    Object.keys(dag),
    (id) => id,
    (id) => [...(dag[id] ?? [])],
    (id) => [...(children[id] ?? [])],
    { onWarning: (message) => warnings.push(message) },
  );

const cycleOf = (dag: Dag): readonly string[] => {
  try {
    layersOf(dag);
  } catch (error) {
    if (error instanceof CyclicGraphError) return error.cycle;
    throw error;
  }
  return [];
};

describe("topsortedLayers", () => {
  test("puts each node in the first layer after those of all its parents", () => {
    const dag = { load: [], split: ["load"], train: ["split"], report: ["load", "train"] };
    expect(layersOf(dag)).toEqual([["load"], ["split"], ["train"], ["report"]]);
  });

  test("sorts a layer by id in code-unit order, not by locale or number", () => {
    expect(layersOf({ b: [], a10: [], Z: [], ä: [], a9: [] })).toEqual([["Z", "a10", "a9", "b", "ä"]]);
  });

  test("gives back the nodes themselves", () => {
    const parent = { key: "p" };
    const child = { key: "c" };
    const layers = topsortedLayers(
      [child, parent],
      ({ key }) => key,
      (node) => (node === child ? [parent] : []),
      (node) => (node === parent ? [child] : []),
    );
    expect(layers[0]?.[0]).toBe(parent);
    expect(layers[1]?.[0]).toBe(child);
  });

  test("gives no layer for no node", () => {
    expect(layersOf({})).toEqual([]);
  });

  test("ignores unknown neighbours with a warning that names both", () => {
    const warnings: string[] = [];
    expect(layersOf({ a: ["ghost"], b: ["a"] }, { a: ["b", "phantom"] }, warnings)).toEqual([["a"], ["b"]]);
    expect(warnings).toEqual([
      'Node "a" names the parent "ghost", which is no node: ignored.',
      'Node "a" names the child "phantom", which is no node: ignored.',
    ]);
  });

  test("ignores duplicate neighbours with a warning that names both", () => {
    const warnings: string[] = [];
    expect(layersOf({ a: [], b: ["a", "a"] }, { a: ["b", "b"] }, warnings)).toEqual([["a"], ["b"]]);
    expect(warnings).toEqual([
      'Node "a" names the child "b" more than once: ignored.',
      'Node "b" names the parent "a" more than once: ignored.',
    ]);
  });

  test("counts an edge that only one of its ends names", () => {
    expect(layersOf({ a: [], b: ["a"] }, {})).toEqual([["a"], ["b"]]);
    expect(layersOf({ a: [], b: [] }, { b: ["a"] })).toEqual([["b"], ["a"]]);
  });

  test("warns through process.emitWarning unless told otherwise", async () => {
    const warned = nextWarning();
    topsortedLayers(
      ["a"],
      (id) => id,
      () => ["ghost"],
      () => [],
    );
    expect((await warned).message).toContain('"ghost"');
  });

  test("refuses two nodes with one id", () => {
    const sort = () =>
      topsortedLayers(
        ["a", "b", "a"],
        (id) => id,
        () => [],
        () => [],
      );
    expect(sort).toThrow(DuplicateNodeError);
    expect(sort).toThrow(expect.objectContaining({ code: "duplicate_node", nodeId: "a" }));
  });

  test("names the whole cycle, upstream first, and nothing that only hangs on it", () => {
    const sort = () =>
      layersOf({ root: [], a: ["c", "root"], b: ["a"], c: ["b"], tail: ["c"], aa: ["tail"] });
    expect(sort).toThrow(CyclicGraphError);
    expect(sort).toThrow(expect.objectContaining({ code: "cyclic_graph", cycle: ["a", "b", "c", "a"] }));
    expect(sort).toThrow("a → b → c → a");
  });

  test("names a node that depends on itself", () => {
    expect(cycleOf({ a: ["a"] })).toEqual(["a", "a"]);
  });

  test("takes ids that are also names of properties of objects", () => {
    const dag = Object.fromEntries([
      ["__proto__", []],
      ["constructor", ["__proto__"]],
    ]);
    expect(layersOf(dag)).toEqual([["__proto__"], ["constructor"]]);
  });

  test("sorts a chain and a fan-out of 100,000 nodes, and finds a cycle of that length", () => {
    const ring = { ...chain(100_000), n0: ["n99999"] };
    expect(layersOf(chain(100_000))).toHaveLength(100_000);
    expect(layersOf(fanOut(100_000)).map((layer) => layer.length)).toEqual([1, 99_999]);
    expect(cycleOf(ring)).toHaveLength(100_001);
  });

  test("gives each node once, in the layer after the last of its parents", () => {
    fc.assert(
      fc.property(acyclicDags, (dag) => {
        const layers = layersOf(dag);
        const layerOf = new Map(layers.flatMap((layer, index) => layer.map((id) => [id, index] as const)));
        expect(layers.flat().toSorted()).toEqual(Object.keys(dag).toSorted());
        for (const [id, parents] of Object.entries(dag)) {
          const last = Math.max(-1, ...parents.map((parent) => layerOf.get(parent) ?? Number.NaN));
          expect(layerOf.get(id)).toBe(last + 1);
        }
      }),
    );
  });

  test("names a true cycle of any graph that has one", () => {
    const anyGraphs = fc
      .dictionary(
        fc.constantFrom("a", "b", "c", "d", "e", "f"),
        fc.array(fc.constantFrom("a", "b", "c", "d")),
      )
      .map((graph) => Object.fromEntries(Object.entries(graph)));
    fc.assert(
      fc.property(anyGraphs, (graph) => {
        const cycle = cycleOf(graph);
        for (const [index, id] of cycle.slice(1).entries()) expect(graph[id]).toContain(cycle[index]);
        expect(cycle.at(0)).toBe(cycle.at(-1));
        expect(new Set(cycle).size).toBe(Math.max(0, cycle.length - 1));
      }),
    );
  });
});
