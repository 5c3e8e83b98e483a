import fc from "fast-check";
import type { Dag } from "../../../src/dag/reverse-dag.ts";

const numbered = (count: number, upstreams: (index: number) => string[]): Record<string, string[]> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, upstreams(index)]));

/** n0 ← n1 ← n2 … */
export const chain = (count: number): Record<string, string[]> =>
  numbered(count, (index) => (index === 0 ? [] : [`n${index - 1}`]));

/** All the others depend on n0. */
export const fanOut = (count: number): Record<string, string[]> =>
  numbered(count, (index) => (index === 0 ? [] : ["n0"]));

/** Node → upstreams, of up to 12 nodes; ids are in no relation to the order. */
export const acyclicDags: fc.Arbitrary<Dag> = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 12 })
  .chain((ids) =>
    fc.tuple(...ids.map((id, index) => fc.tuple(fc.constant(id), fc.subarray(ids.slice(0, index))))),
  )
  .map((entries) => Object.fromEntries(entries));

/** All nodes from which a path leads to `id`. */
export const ancestorsOf = (dag: Dag, id: string): Set<string> => {
  const found = new Set<string>();
  const open = [...(dag[id] ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(dag[next] ?? []));
  }
  return found;
};
