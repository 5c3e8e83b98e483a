import { compareIds } from "./compare-ids.ts";

/** A node of which only the id and the way on matter. */
export interface Linked {
  readonly id: string;
  readonly children: readonly Linked[];
}

/**
 * The ids along one cycle, upstream first, the first id again at the end.
 * Each of `rest` must have a parent in `rest`, as what a topological sort leaves over has: so going from parent to
 * parent must come back. The same graph gives the same cycle, which starts at its smallest id.
 */
export const findCycle = (rest: ReadonlySet<Linked>): string[] => {
  const cycle = walkBack(smallest(rest), parentsWithin(rest)).toReversed();
  const start = cycle.indexOf(smallest(cycle));
  const turned = [...cycle.slice(start), ...cycle.slice(0, start + 1)];
  return turned.map(({ id }) => id);
};

const smallest = (nodes: Iterable<Linked>): Linked =>
  Iterator.from(nodes).reduce((least, node) => (compareIds(node.id, least.id) < 0 ? node : least));

const parentsWithin = (rest: ReadonlySet<Linked>): Map<Linked, Linked> => {
  const parents = new Map<Linked, Linked>();
  for (const node of rest) {
    for (const child of node.children) {
      const parent = parents.get(child);
      if (parent === undefined || compareIds(node.id, parent.id) < 0) parents.set(child, node);
    }
  }
  return parents;
};

/** From `start` to parent after parent, until one comes again; without what lies before the cycle. */
const walkBack = (start: Linked, parents: ReadonlyMap<Linked, Linked>): Linked[] => {
  const path = new Set<Linked>();
  let node: Linked | undefined = start;
  while (node !== undefined && !path.has(node)) {
    path.add(node);
    node = parents.get(node);
  }
  const steps = [...path];
  return node === undefined ? steps : steps.slice(steps.indexOf(node));
};
