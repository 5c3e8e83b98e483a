import { type DagNode, dagLayers } from "./dag-layers.ts";
import { DagOptionError } from "./errors.ts";
import type { WarningOptions } from "./neighbours.ts";
import type { Dag } from "./reverse-dag.ts";

/** How long a node takes, in a unit of the caller's; finite and not negative. A node without one has 1. */
export type Weights = Readonly<Record<string, number>>;

export interface LongestPathOptions extends WarningOptions {
  readonly weights?: Weights | undefined;
}

/**
 * For each node of `dag` (node → upstreams) the weight of the heaviest path from it to a sink, its own weight
 * included: with weights of 1, the number of nodes on that path. Linear in nodes plus edges.
 * @throws CyclicGraphError
 * @throws DagOptionError if a weight is negative or not finite.
 */
export const longestRemainingPaths = (
  dag: Dag,
  { weights = {}, onWarning }: LongestPathOptions = {},
): Map<string, number> => pathsThrough(dagLayers(dag, onWarning), weights);

/** The same, for nodes that are already sorted. */
export const pathsThrough = (
  layers: readonly (readonly DagNode[])[],
  weights: Weights,
): Map<string, number> => {
  const paths = new Map<string, number>();
  for (const layer of layers.toReversed()) {
    for (const { id, downstream } of layer) {
      let longest = 0;
      for (const next of downstream) longest = Math.max(longest, paths.get(next.id) ?? 0);
      paths.set(id, longest + weightOf(id, weights));
    }
  }
  return paths;
};

const weightOf = (id: string, weights: Weights): number => {
  const weight = Object.hasOwn(weights, id) ? (weights[id] ?? 1) : 1;
  if (Number.isFinite(weight) && weight >= 0) return weight;
  throw new DagOptionError(`weights["${id}"]`, weight, "a finite number that is not negative");
};
