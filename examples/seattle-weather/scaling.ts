import * as z from "zod";
import { mean } from "./mean.ts";

/** Mean and standard deviation of each feature. */
export const Scaling = z.object({ means: z.array(z.number()), deviations: z.array(z.number().positive()) });
export type Scaling = z.infer<typeof Scaling>;

/** Learns how to bring each feature to mean 0 and deviation 1. A feature that never changes keeps deviation 1. */
export const fitScaling = (rows: readonly (readonly number[])[]): Scaling => {
  const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? 0));
  const means = columns.map(mean);
  const deviations = columns.map((column, index) => {
    const center = means[index] ?? 0;
    return Math.sqrt(mean(column.map((value) => (value - center) ** 2))) || 1;
  });
  return { means, deviations };
};

export const scale = ({ means, deviations }: Scaling, row: readonly number[]): number[] =>
  row.map((value, column) => (value - (means[column] ?? 0)) / (deviations[column] ?? 1));
