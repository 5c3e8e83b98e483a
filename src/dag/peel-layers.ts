import { compareIds } from "./compare-ids.ts";
import { CyclicGraphError } from "./errors.ts";
import { findCycle } from "./find-cycle.ts";

/** A node of a graph that is being sorted. */
export interface Vertex {
  readonly id: string;
  readonly children: readonly Vertex[];
  /** Edges from parents that stand in no layer yet. */
  waitingFor: number;
}

/**
 * Each vertex in the first layer after those of all its parents, each layer sorted by id. Uses up `waitingFor`.
 * @throws CyclicGraphError
 */
export const peelLayers = <V extends Vertex & { readonly children: readonly V[] }>(
  vertices: Iterable<V>,
): V[][] => {
  const all = [...vertices];
  const layers: V[][] = [];
  let sorted = 0;
  for (let layer = all.filter(({ waitingFor }) => waitingFor === 0); layer.length > 0; ) {
    layers.push(layer.sort((a, b) => compareIds(a.id, b.id)));
    sorted += layer.length;
    layer = childrenFreedBy(layer);
  }
  if (sorted === all.length) return layers;
  const inLayers = new Set(layers.flat());
  throw new CyclicGraphError(findCycle(new Set(all.filter((vertex) => !inLayers.has(vertex)))));
};

const childrenFreedBy = <V extends Vertex & { readonly children: readonly V[] }>(
  layer: readonly V[],
): V[] => {
  const freed: V[] = [];
  for (const { children } of layer) {
    for (const child of children) {
      child.waitingFor -= 1;
      if (child.waitingFor === 0) freed.push(child);
    }
  }
  return freed;
};
