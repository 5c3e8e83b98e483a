import * as z from "zod";
import { Climatology, predictClimatology } from "./climatology.ts";
import type { Example } from "./features.ts";
import { NearestNeighbours, predictNearestNeighbours } from "./nearest-neighbours.ts";
import { predictRidge, Ridge } from "./ridge.ts";

/** Tomorrow is like today: nothing to learn. */
export const Persistence = z.object({ kind: z.literal("persistence") });

export const Model = z.discriminatedUnion("kind", [Persistence, Climatology, Ridge, NearestNeighbours]);
export type Model = z.infer<typeof Model>;

export const ModelKind = z.enum(["persistence", "climatology", "ridge", "nearest_neighbours"]);
export type ModelKind = z.infer<typeof ModelKind>;

/** What the learned models learn: how much warmer than today tomorrow is. */
export const changeOf = ({ actual, today }: Example): number => actual - today;

/** Tomorrow's highest temperature, in °C. */
export const predict = (model: Model, { date, today, features }: Example): number => {
  switch (model.kind) {
    case "persistence":
      return today;
    case "climatology":
      return predictClimatology(model, date);
    case "ridge":
      return today + predictRidge(model, features);
    case "nearest_neighbours":
      return today + predictNearestNeighbours(model, features);
  }
};
