/**
 * Node → the nodes it depends on (its upstreams), as in ZenML's `dag_runner`: "adjacency list" always means this
 * direction here. Every node is a key; a node without upstreams has an empty list.
 */
export type Dag = Readonly<Record<string, readonly string[]>>;

/**
 * Turns node → upstreams into node → downstreams, or back. Each id that occurs becomes a key.
 * Mirrors ZenML's `dag_runner.reverse_dag`.
 */
export const reverseDag = (dag: Dag): Record<string, string[]> => {
  const reversed = new Map<string, string[]>(Object.keys(dag).map((id) => [id, []]));
  for (const [id, upstreams] of Object.entries(dag)) {
    for (const upstream of upstreams) {
      const downstreams = reversed.get(upstream);
      if (downstreams === undefined) reversed.set(upstream, [id]);
      else downstreams.push(id);
    }
  }
  return Object.fromEntries(reversed);
};
