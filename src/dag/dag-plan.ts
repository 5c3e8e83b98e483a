import { dagLayers } from "./dag-layers.ts";
import { type LongestPathOptions, pathsThrough } from "./longest-path.ts";
import type { ReadyRank } from "./ready-heap.ts";
import type { Dag } from "./reverse-dag.ts";

/** A node as a run needs it. */
export interface PlannedNode extends ReadyRank {
  /** Its place in the plan. */
  readonly index: number;
  readonly upstream: readonly PlannedNode[];
  readonly downstream: readonly PlannedNode[];
}

interface OpenPlannedNode extends PlannedNode {
  readonly upstream: OpenPlannedNode[];
  readonly downstream: OpenPlannedNode[];
}

/**
 * The nodes of `dag` (node → upstreams) in the order of their flattened layers.
 * @throws CyclicGraphError
 * @throws DagOptionError if a weight is negative or not finite.
 */
export const planDag = (dag: Dag, { weights = {}, onWarning }: LongestPathOptions): PlannedNode[] => {
  const layers = dagLayers(dag, onWarning);
  const paths = pathsThrough(layers, weights);
  const plan = new Map<string, OpenPlannedNode>();
  for (const [layer, nodes] of layers.entries()) {
    for (const { id, upstream } of nodes) {
      const remainingPath = paths.get(id) ?? 0;
      const node: OpenPlannedNode = {
        index: plan.size,
        id,
        layer,
        remainingPath,
        upstream: [],
        downstream: [],
      };
      plan.set(id, node);
      for (const { id: upstreamId } of upstream) link(plan.get(upstreamId), node);
    }
  }
  return [...plan.values()];
};

const link = (upstream: OpenPlannedNode | undefined, node: OpenPlannedNode): void => {
  if (upstream === undefined) return;
  upstream.downstream.push(node);
  node.upstream.push(upstream);
};
