import * as z from "zod";
import { mean } from "./mean.ts";
import { fitScaling, Scaling, scale } from "./scaling.ts";

export const NearestNeighbours = z.object({
  kind: z.literal("nearest_neighbours"),
  neighbours: z.int().positive(),
  scaling: Scaling,
  /** Scaled features of the training days, and what followed them. */
  points: z.array(z.array(z.number())),
  targets: z.array(z.number()),
});
export type NearestNeighbours = z.infer<typeof NearestNeighbours>;

/** Remembers every example: the work is done when predicting. */
export const fitNearestNeighbours = (
  features: readonly (readonly number[])[],
  targets: readonly number[],
  neighbours: number,
): NearestNeighbours => {
  const scaling = fitScaling(features);
  const points = features.map((row) => scale(scaling, row));
  return { kind: "nearest_neighbours", neighbours, scaling, points, targets: [...targets] };
};

/** The mean of what followed the most similar days. */
export const predictNearestNeighbours = (
  { neighbours, scaling, points, targets }: NearestNeighbours,
  features: readonly number[],
): number => {
  const point = scale(scaling, features);
  const ranked = points
    .map((other, index) => ({ distance: squaredDistance(point, other), target: targets[index] ?? 0 }))
    .sort((left, right) => left.distance - right.distance);
  return mean(ranked.slice(0, neighbours).map(({ target }) => target));
};

const squaredDistance = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, value, index) => sum + (value - (right[index] ?? 0)) ** 2, 0);
