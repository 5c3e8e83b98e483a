import type { Row } from "./row.ts";

const HEADINGS = ["work", "figure", "measured", "noise", "at most", "verdict", "medians"] as const;

const cellsOf = (row: Row): string[] => [
  row.work,
  row.figure,
  amount(row.measured, row.unit),
  `± ${amount(row.noise, row.unit)}`,
  row.bound === undefined ? "" : amount(row.bound, row.unit),
  row.verdict === "for information" ? "" : row.verdict,
  row.note,
];

const amount = (value: number, unit: Row["unit"]): string =>
  unit === "" ? value.toFixed(2) : `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;

/** The rows as columns for a terminal. */
export const textTable = (rows: readonly Row[]): string[] => {
  const cells = [[...HEADINGS], ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
};

/** The rows as a table in Markdown. */
export const markdownTable = (rows: readonly Row[]): string[] => [
  `| ${HEADINGS.join(" | ")} |`,
  `| ${HEADINGS.map(() => "---").join(" | ")} |`,
  ...rows.map((row) => `| ${cellsOf(row).map(escaped).join(" | ")} |`),
];

const escaped = (cell: string): string => cell.replaceAll("|", "\\|");
