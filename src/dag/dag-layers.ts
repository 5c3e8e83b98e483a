import { emitWarning, knownNeighbours, type OnWarning } from "./neighbours.ts";
import type { Dag } from "./reverse-dag.ts";
import { topsortedLayers } from "./topsort.ts";

/** A node that knows its neighbours: known ones only, each once. */
export interface DagNode {
  readonly id: string;
  readonly upstream: readonly DagNode[];
  readonly downstream: readonly DagNode[];
}

interface OpenNode extends DagNode {
  readonly upstream: OpenNode[];
  readonly downstream: OpenNode[];
}

/**
 * The topologically sorted layers of `dag` (node → upstreams), linked. Unknown and duplicate upstreams are ignored
 * with a warning.
 * @throws CyclicGraphError
 */
export const dagLayers = (dag: Dag, onWarning: OnWarning = emitWarning): DagNode[][] =>
  topsortedLayers<DagNode>(
    linkDag(dag, onWarning),
    ({ id }) => id,
    ({ upstream }) => upstream,
    ({ downstream }) => downstream,
  );

const linkDag = (dag: Dag, onWarning: OnWarning): DagNode[] => {
  const entries = Object.entries(dag);
  const nodes = new Map<string, OpenNode>(entries.map(([id]) => [id, { id, upstream: [], downstream: [] }]));
  for (const [nodeId, upstreamIds] of entries) {
    const node = nodes.get(nodeId);
    if (node !== undefined) linkUpstreams(node, upstreamIds, nodes, onWarning);
  }
  return [...nodes.values()];
};

const linkUpstreams = (
  node: OpenNode,
  upstreamIds: readonly string[],
  nodes: ReadonlyMap<string, OpenNode>,
  onWarning: OnWarning,
): void => {
  for (const upstream of knownNeighbours(upstreamIds, nodes, {
    nodeId: node.id,
    role: "parent",
    onWarning,
  })) {
    node.upstream.push(upstream);
    upstream.downstream.push(node);
  }
};
