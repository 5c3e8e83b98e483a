import { mean } from "./mean.ts";

/** Mean absolute error: how far off a forecast is on average. */
export const meanAbsoluteError = (actual: readonly number[], predicted: readonly number[]): number =>
  mean(errors(actual, predicted).map(Math.abs));

/** Root mean squared error: as above, but large errors weigh more. */
export const rootMeanSquaredError = (actual: readonly number[], predicted: readonly number[]): number =>
  Math.sqrt(mean(errors(actual, predicted).map((error) => error ** 2)));

/** The part of a reference's error that a forecast does away with: 1 is perfect, 0 no better, below 0 worse. */
export const skill = (error: number, referenceError: number): number => 1 - error / referenceError;

const errors = (actual: readonly number[], predicted: readonly number[]): number[] =>
  actual.map((value, index) => (predicted[index] ?? Number.NaN) - value);
