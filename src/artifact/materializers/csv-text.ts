export interface CsvCell {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** A cell, quoted or not, and what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** Lines of cells as RFC 4180 has them. What follows something that is none is left out. */
export const parseCsv = (text: string, maxLines = Number.POSITIVE_INFINITY): CsvCell[][] => {
  const lines: CsvCell[][] = [];
  let line: CsvCell[] = [];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < text.length && lines.length < maxLines) {
    const found = CELL.exec(text);
    if (!found) break;
    const [, inQuotes, bare = "", end] = found;
    const isQuoted = inQuotes !== undefined;
    line.push({ text: isQuoted ? inQuotes.replaceAll('""', '"') : bare, isQuoted });
    if (end === ",") {
      // A comma at the very end is followed by one more cell, which is empty.
      if (CELL.lastIndex === text.length) line.push({ text: "", isQuoted: false });
      else continue;
    }
    lines.push(line);
    line = [];
  }
  return line.length > 0 && lines.length < maxLines ? [...lines, line] : lines;
};
