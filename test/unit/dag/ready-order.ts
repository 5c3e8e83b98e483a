import { compareIds } from "../../../src/dag/compare-ids.ts";
import type { PlannedNode, Scheduling } from "../../../src/dag/dag-plan.ts";

export type Rank = Pick<PlannedNode, "id" | "layer" | "remainingPath">;

/** The order of a scheduling, as its docstring says it. */
export const readyOrder = (scheduling: Scheduling) => {
  const byPath = (a: Rank, b: Rank) => b.remainingPath - a.remainingPath;
  const byLayer = (a: Rank, b: Rank) => a.layer - b.layer;
  const [first, second] = scheduling === "layers" ? [byLayer, byPath] : [byPath, byLayer];
  return (a: Rank, b: Rank) => first(a, b) || second(a, b) || compareIds(a.id, b.id);
};
