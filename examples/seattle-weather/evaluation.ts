import * as z from "zod";
import type { Example } from "./features.ts";
import { meanAbsoluteError, rootMeanSquaredError, skill } from "./metrics.ts";
import { type Model, ModelKind, predict } from "./models.ts";

/** How good a model is on days that it has not seen. */
export const Score = z.object({
  model: ModelKind,
  /** Mean absolute error, in °C. */
  mae: z.number(),
  /** Root mean squared error, in °C. */
  rmse: z.number(),
  /** The part of persistence's mean squared error that the model does away with. */
  skill: z.number(),
});
export type Score = z.infer<typeof Score>;

export const Forecast = z.array(z.object({ date: z.iso.date(), actual: z.number(), predicted: z.number() }));
export type Forecast = z.infer<typeof Forecast>;

export const Evaluation = Score.extend({ forecast: Forecast });
export type Evaluation = z.infer<typeof Evaluation>;

export const evaluateModel = (model: Model, examples: readonly Example[]): Evaluation => {
  const forecast = examples.map((example) => ({
    date: example.date,
    actual: example.actual,
    predicted: predict(model, example),
  }));
  const actual = forecast.map((day) => day.actual);
  const predicted = forecast.map((day) => day.predicted);
  const likeToday = examples.map(({ today }) => today);
  const mae = meanAbsoluteError(actual, predicted);
  const rmse = rootMeanSquaredError(actual, predicted);
  const naive = rootMeanSquaredError(actual, likeToday);
  return { model: model.kind, mae, rmse, skill: skill(rmse ** 2, naive ** 2), forecast };
};
