import * as z from "zod";
import { dayOfYear } from "./calendar.ts";
import type { Example } from "./features.ts";
import { mean } from "./mean.ts";

const DAYS = 366;

export const Climatology = z.object({
  kind: z.literal("climatology"),
  /** The usual highest temperature of each day of the year, in °C. */
  normals: z.array(z.number()).length(DAYS),
});
export type Climatology = z.infer<typeof Climatology>;

/** The mean of all training days that lie within `window` days of this one, in whichever year. */
export const fitClimatology = (examples: readonly Example[], window: number): Climatology => {
  const dated = examples.map(({ date, actual }) => ({ day: dayOfYear(date), actual }));
  const normals = Array.from({ length: DAYS }, (_, day) =>
    mean(dated.filter((each) => daysBetween(each.day, day) <= window).map(({ actual }) => actual)),
  );
  return { kind: "climatology", normals };
};

const daysBetween = (left: number, right: number): number => {
  const gap = Math.abs(left - right);
  return Math.min(gap, DAYS - gap);
};

export const predictClimatology = ({ normals }: Climatology, date: string): number =>
  normals[dayOfYear(date)] ?? Number.NaN;
