import * as z from "zod";
import { dot, solvePositiveDefinite } from "./linear-solve.ts";
import { mean } from "./mean.ts";
import { fitScaling, Scaling, scale } from "./scaling.ts";

export const Ridge = z.object({
  kind: z.literal("ridge"),
  scaling: Scaling,
  /** One for each scaled feature, in °C. */
  weights: z.array(z.number()),
  intercept: z.number(),
});
export type Ridge = z.infer<typeof Ridge>;

/** Least squares with a penalty on large weights, in closed form: (XᵀX + λI) w = Xᵀy. */
export const fitRidge = (
  features: readonly (readonly number[])[],
  targets: readonly number[],
  lambda: number,
): Ridge => {
  const scaling = fitScaling(features);
  const rows = features.map((row) => scale(scaling, row));
  const columns = scaling.means.map((_, column) => rows.map((row) => row[column] ?? 0));
  const intercept = mean(targets);
  const centered = targets.map((target) => target - intercept);
  const gram = columns.map((left, i) => columns.map((right, j) => dot(left, right) + (i === j ? lambda : 0)));
  const weights = solvePositiveDefinite(
    gram,
    columns.map((column) => dot(column, centered)),
  );
  return { kind: "ridge", scaling, weights, intercept };
};

export const predictRidge = ({ scaling, weights, intercept }: Ridge, features: readonly number[]): number =>
  intercept + dot(weights, scale(scaling, features));
