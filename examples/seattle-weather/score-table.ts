import type { Score } from "./evaluation.ts";
import { LABELS } from "./labels.ts";

/** Cells of the table of scores, header first. */
export const scoreRows = (scores: readonly Score[]): string[][] => [
  ["Model", "MAE (°C)", "RMSE (°C)", "Skill"],
  ...scores.map(({ model, mae, rmse, skill }) => [
    LABELS[model],
    mae.toFixed(2),
    rmse.toFixed(2),
    percent(skill),
  ]),
];

/** The table as lines of text, for the log: names to the left, figures to the right. */
export const scoreTable = (scores: readonly Score[]): string[] =>
  scoreRows(scores).map(([name = "", ...figures]) =>
    [name.padEnd(20), ...figures.map((cell) => cell.padStart(10))].join(""),
  );

export const percent = (share: number): string => {
  const rounded = Math.round(share * 100);
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : ""}${Math.abs(rounded)} %`;
};
