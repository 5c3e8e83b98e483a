import * as z from "zod";
import { dayOfYear } from "./calendar.ts";
import type { Day } from "./days.ts";
import { mean } from "./mean.ts";

/** What is known at the end of one day, and the highest temperature of the next. Temperatures in °C. */
export const Example = z.object({
  /** The day that is forecast. */
  date: z.iso.date(),
  features: z.array(z.number()),
  /** The highest temperature of the day before. */
  today: z.number(),
  actual: z.number(),
});
export type Example = z.infer<typeof Example>;

const WEEK = 7;

/** One example for each day that has a whole week before it. */
export const makeExamples = (days: readonly Day[]): Example[] =>
  days.slice(WEEK).map(({ date, tempMax: actual }, index) => {
    const week = days.slice(index, index + WEEK);
    const [yesterday, today] = week.slice(-2) as [Day, Day];
    const features = [...season(date), ...weatherOf(today), ...trend(today, yesterday, week)];
    return { date, features, today: today.tempMax, actual };
  });

/** The day's place on the circle of the year, so that 31 December lies beside 1 January. */
const season = (date: string): number[] => {
  const angle = (2 * Math.PI * dayOfYear(date)) / 365.25;
  return [Math.sin(angle), Math.cos(angle)];
};

const weatherOf = ({ tempMax, tempMin, precipitation, wind, weather }: Day): number[] => [
  tempMax,
  tempMax - tempMin,
  // A downpour is not ten times the sign that a shower is.
  Math.log1p(precipitation),
  wind,
  Number(weather === "sun"),
];

/** Whether it is getting warmer, and whether it is warm for this week. */
const trend = (today: Day, yesterday: Day, week: readonly Day[]): number[] => [
  today.tempMax - yesterday.tempMax,
  today.tempMax - mean(week.map((day) => day.tempMax)),
];
