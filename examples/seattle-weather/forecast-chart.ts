import type { Forecast } from "./evaluation.ts";
import { drawing, element, line, linear, text, ticks } from "./svg.ts";

const WIDTH = 860;
const HEIGHT = 320;
const PLOT = { left: 40, right: WIDTH - 8, top: 12, bottom: HEIGHT - 30 };
const MONTH = new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" });

/** What was forecast and what came, day by day. */
export const forecastChart = (days: Forecast): string => {
  const values = days.flatMap(({ actual, predicted }) => [actual, predicted]);
  const range = [Math.floor(Math.min(...values) / 5) * 5, Math.ceil(Math.max(...values) / 5) * 5] as const;
  const x = linear([0, days.length - 1], [PLOT.left, PLOT.right]);
  const y = linear(range, [PLOT.bottom, PLOT.top]);
  const path = (series: "actual" | "predicted") =>
    element("polyline", {
      class: series,
      points: days.map((day, index) => `${x(index)},${y(day[series])}`).join(" "),
    });
  return drawing(
    WIDTH,
    HEIGHT,
    "Forecast and actual highest temperature, day by day",
    ...ticks(...range, 5).map((value) => temperatureLine(value, y(value))),
    ...days.flatMap(({ date }, index) => (date.endsWith("-01") ? [monthLine(date, x(index))] : [])),
    path("actual"),
    path("predicted"),
  );
};

const temperatureLine = (value: number, y: number): string =>
  line(PLOT.left, y, PLOT.right, y, "grid") +
  text(`${value}°`, PLOT.left - 8, y + 4, { class: "tick", "text-anchor": "end" });

const monthLine = (date: string, x: number): string =>
  line(x, PLOT.top, x, PLOT.bottom + 6, "grid") +
  text(MONTH.format(new Date(date)), x + 6, PLOT.bottom + 20, { class: "tick" });
