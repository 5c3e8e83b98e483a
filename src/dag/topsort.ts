import { DuplicateNodeError } from "./errors.ts";
import { emitWarning, knownNeighbours, type OnWarning, type WarningOptions } from "./neighbours.ts";
import { peelLayers, type Vertex } from "./peel-layers.ts";

interface NodeVertex<T> extends Vertex {
  readonly node: T;
  readonly children: NodeVertex<T>[];
}

/**
 * Sorts the nodes of a DAG in layers: each node stands in the first layer after those of all its parents.
 * A layer is sorted by id, in code-unit order. An edge counts if either of its ends names it; neighbours that are not
 * in `nodes` and neighbours named twice are ignored with a warning. Linear in nodes plus edges (and the sorting of
 * each layer), without recursion.
 *
 * Mirrors ZenML's `topsort.topsorted_layers`.
 * @throws DuplicateNodeError if two nodes have one id.
 * @throws CyclicGraphError if the nodes form no DAG.
 */
export const topsortedLayers = <T>(
  nodes: Iterable<T>,
  getNodeId: (node: T) => string,
  getParentNodes: (node: T) => readonly T[],
  getChildNodes: (node: T) => readonly T[],
  { onWarning = emitWarning }: WarningOptions = {},
): T[][] => {
  const vertices = indexVertices(nodes, getNodeId);
  for (const vertex of vertices.values()) {
    const parentIds = getParentNodes(vertex.node).map((node) => getNodeId(node));
    const childIds = getChildNodes(vertex.node).map((node) => getNodeId(node));
    linkNeighbours(vertex, parentIds, childIds, vertices, onWarning);
  }
  return peelLayers(vertices.values()).map((layer) => layer.map(({ node }) => node));
};

type Vertices<T> = ReadonlyMap<string, NodeVertex<T>>;
const indexVertices = <T>(nodes: Iterable<T>, getNodeId: (node: T) => string): Vertices<T> => {
  const vertices = new Map<string, NodeVertex<T>>();
  for (const node of nodes) {
    const id = getNodeId(node);
    if (vertices.has(id)) throw new DuplicateNodeError(id);
    vertices.set(id, { id, node, children: [], waitingFor: 0 });
  }
  return vertices;
};

const link = <T>(parent: NodeVertex<T>, child: NodeVertex<T>): void => {
  parent.children.push(child);
  child.waitingFor += 1;
};

/** An edge that both of its ends name is linked twice: it is then also waited for twice and freed twice. */
const linkNeighbours = <T>(
  vertex: NodeVertex<T>,
  parentIds: readonly string[],
  childIds: readonly string[],
  vertices: Vertices<T>,
  onWarning: OnWarning,
): void => {
  const context = { nodeId: vertex.id, onWarning };
  for (const parent of knownNeighbours(parentIds, vertices, { ...context, role: "parent" }))
    link(parent, vertex);
  for (const child of knownNeighbours(childIds, vertices, { ...context, role: "child" })) link(vertex, child);
};
