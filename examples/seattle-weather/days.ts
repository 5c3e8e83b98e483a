import * as z from "zod";
import { dayAfter } from "./calendar.ts";
import { parseCsv } from "./csv.ts";

const Weather = z.enum(["drizzle", "fog", "rain", "snow", "sun"]);

/** One day in Seattle: temperatures in °C, precipitation in mm, wind in m/s. */
export const Day = z.object({
  date: z.iso.date(),
  precipitation: z.number().nonnegative(),
  tempMax: z.number(),
  tempMin: z.number(),
  wind: z.number().nonnegative(),
  weather: Weather,
});
export type Day = z.infer<typeof Day>;

/** A number in a cell. An empty cell is missing data, not zero. */
const Cell = z.string().min(1).pipe(z.coerce.number());

const Row = z
  .object({
    date: z.iso.date(),
    precipitation: Cell.pipe(z.number().nonnegative()),
    temp_max: Cell.pipe(z.number().min(-40).max(55)),
    temp_min: Cell.pipe(z.number().min(-40).max(55)),
    wind: Cell.pipe(z.number().nonnegative()),
    weather: Weather,
  })
  .refine((row) => row.temp_min <= row.temp_max, "temp_min is above temp_max");

/**
 * Reads and validates daily records, oldest first.
 *
 * @throws Error that names the line, if a row is not valid or is not the day after the row above it
 */
export const readDays = (csv: string): Day[] => {
  const days = parseCsv(csv).map((record, index) => readDay(record, index + 2));
  days.forEach((day, index) => {
    const before = days[index - 1];
    if (before && dayAfter(before.date) !== day.date)
      throw new Error(`Line ${index + 2}: ${day.date} does not follow ${before.date}.`);
  });
  return days;
};

const readDay = (record: Record<string, string>, line: number): Day => {
  const row = Row.safeParse(record);
  if (!row.success) throw new Error(`Line ${line} is not valid:\n${z.prettifyError(row.error)}`);
  const { temp_max: tempMax, temp_min: tempMin, ...rest } = row.data;
  return { ...rest, tempMax, tempMin };
};
