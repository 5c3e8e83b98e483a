import * as z from "zod";

/** What `seasons.py` writes: the course of a year as waves, and how far it is off, in °C. */
export const Model = z.object({
  coefficients: z.array(z.number()).min(3),
  meanError: z.number().nonnegative(),
  trainedOn: z.int().positive(),
});
export type Model = z.infer<typeof Model>;

/** What the shell wrote down of the folder that it packed. */
export const Listing = z.object({ charts: z.int().positive(), bytes: z.int().positive() });
export type Listing = z.infer<typeof Listing>;
