import { stripVTControlCharacters } from "node:util";

const GAP = "  ";

/** Rows as aligned columns; the last one is not padded. Cells may be coloured. */
export const columns = (rows: readonly (readonly string[])[]): string[] => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
};

/** In UTF-16 units: what is shown in columns here are names, ids and times, which are ASCII. */
const width = (cell: string): number => stripVTControlCharacters(cell).length;

const pad = (cell: string, to: number): string => cell + " ".repeat(Math.max(0, to - width(cell)));
