import { type PlanOptions, planDag } from "./dag-plan.ts";
import type { Dag } from "./reverse-dag.ts";

/**
 * For each node of `dag` (node → upstreams) the weight of the heaviest path from it to a sink, its own weight
 * included: with weights of 1, the number of nodes on that path. Linear in nodes plus edges.
 * @throws CyclicGraphError
 * @throws DagOptionError if a weight is negative or not finite.
 */
export const longestRemainingPaths = (
  dag: Dag,
  options: Omit<PlanOptions, "scheduling"> = {},
): Map<string, number> => new Map(planDag(dag, options).map(({ id, remainingPath }) => [id, remainingPath]));
