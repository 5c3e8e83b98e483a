import { DagOptionError } from "./errors.ts";
import { emitWarning, knownNeighbours, type WarningOptions } from "./neighbours.ts";
import { peelLayers, type Vertex } from "./peel-layers.ts";
import type { Dag } from "./reverse-dag.ts";

/** How long a node takes, in a unit of the caller's; finite and not negative. A node without one has 1. */
export type Weights = Readonly<Record<string, number>>;

/**
 * Which of two ready nodes comes first. `layers` (the default): the lower layer, then the longer remaining path, then
 * the smaller id. `critical-path`: the longer remaining path, then the lower layer, then the smaller id.
 */
export type Scheduling = "layers" | "critical-path";

export interface PlanOptions extends WarningOptions {
  readonly weights?: Weights | undefined;
  readonly scheduling?: Scheduling | undefined;
}

/** A node as a run needs it. */
export interface PlannedNode {
  readonly id: string;
  /** Its place in the plan. */
  readonly index: number;
  /** Its place in the order of the scheduling: of two ready nodes, that with the smaller rank starts first. */
  readonly rank: number;
  /** Index of its layer in `topsortedLayers`. */
  readonly layer: number;
  /** Weight of the longest path from here to a sink. */
  readonly remainingPath: number;
  readonly parents: readonly PlannedNode[];
  readonly children: readonly PlannedNode[];
}

interface OpenNode extends PlannedNode, Vertex {
  index: number;
  rank: number;
  layer: number;
  remainingPath: number;
  parents: OpenNode[];
  readonly children: OpenNode[];
}

/**
 * The nodes of `dag` (node → upstreams) in the order of their flattened layers. Unknown and duplicate upstreams are
 * ignored with a warning. Linear in nodes plus edges, and the sorting of each layer.
 * @throws CyclicGraphError
 * @throws DagOptionError if a weight is negative or not finite.
 */
export const planDag = (dag: Dag, options: PlanOptions = {}): PlannedNode[] => {
  const { weights = {}, scheduling = "layers" } = options;
  const layers = peelLayers(linkNodes(dag, options));
  const plan = layers.flat();
  for (const [index, node] of plan.entries()) node.index = index;
  for (const [layer, nodes] of layers.entries()) for (const node of nodes) node.layer = layer;
  for (const node of plan.toReversed()) measurePath(node, weights);
  const order =
    scheduling === "layers" ? layers.flatMap((layer) => layer.toSorted(byPath)) : plan.toSorted(byPath);
  for (const [rank, node] of order.entries()) node.rank = rank;
  return plan;
};

/** Sorting is stable, and the nodes come sorted by layer and id. */
const byPath = (a: PlannedNode, b: PlannedNode): number => b.remainingPath - a.remainingPath;

const linkNodes = (dag: Dag, { onWarning = emitWarning }: WarningOptions): Iterable<OpenNode> => {
  const nodes = new Map<string, OpenNode>();
  for (const id of Object.keys(dag)) nodes.set(id, newNode(id));
  for (const node of nodes.values()) {
    const context = { nodeId: node.id, role: "parent", onWarning } as const;
    node.parents = knownNeighbours(dag[node.id] ?? [], nodes, context);
    for (const parent of node.parents) parent.children.push(node);
    node.waitingFor = node.parents.length;
  }
  return nodes.values();
};

const newNode = (id: string): OpenNode => ({
  id,
  index: 0,
  rank: 0,
  layer: 0,
  remainingPath: 0,
  parents: [],
  children: [],
  waitingFor: 0,
});

const measurePath = (node: OpenNode, weights: Weights): void => {
  let longest = 0;
  for (const { remainingPath } of node.children) longest = Math.max(longest, remainingPath);
  node.remainingPath = longest + weightOf(node.id, weights);
};

const weightOf = (id: string, weights: Weights): number => {
  const weight = Object.hasOwn(weights, id) ? (weights[id] ?? 1) : 1;
  if (Number.isFinite(weight) && weight >= 0) return weight;
  throw new DagOptionError(`weights["${id}"]`, weight, "a finite number that is not negative");
};
