import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactDamagedError, MaterializerError } from "../errors.ts";
import { readPlainFile } from "../plain-files.ts";
import type { Materializer } from "../port.ts";
import { type CsvCell, parseCsv } from "./csv-text.ts";

const NAME = "csv";
const FILE = "value.csv";

type Row = Readonly<Record<string, string | number | boolean | null>>;

const isRow = (value: unknown): value is Row =>
  typeof value === "object" &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A text that would be read as something else, or breaks the line, is quoted; nothing but a text ever is. */
const writeCell = (value: unknown, row: number, column: string): string => {
  if (value === null) return "";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "string" || !value.isWellFormed()) {
    const problem = `cannot write ${typeof value} in row ${row + 1}, column "${column}": cells are texts, finite numbers, booleans or null.`;
    throw new MaterializerError(NAME, problem);
  }
  return value === "" || value === "true" || value === "false" || NUMBER.test(value) || /[",\r\n]/.test(value)
    ? quoted(value)
    : value;
};

const writeRow = (row: Row, index: number, columns: readonly string[]): string => {
  const keys = Object.keys(row);
  if (keys.length !== columns.length || columns.some((column) => !Object.hasOwn(row, column))) {
    const problem = `needs the same columns in each row: row ${index + 1} has ${keys.join(", ")}, the first ${columns.join(", ")}.`;
    throw new MaterializerError(NAME, problem);
  }
  return columns.map((column) => writeCell(row[column], index, column)).join(",");
};

const write = (rows: readonly Row[]): string => {
  const columns = Object.keys(rows[0] ?? {});
  if (rows.length === 0) return "";
  if (columns.length === 0) throw new MaterializerError(NAME, "needs a column: the rows have none.");
  const lines = [columns.map(quoted).join(","), ...rows.map((row, index) => writeRow(row, index, columns))];
  return `${lines.join("\n")}\n`;
};

const valueOfCell = ({ text, isQuoted }: CsvCell): string | number | boolean | null => {
  if (isQuoted) return text;
  if (text === "") return null;
  if (text === "true" || text === "false") return text === "true";
  return NUMBER.test(text) ? Number(text) : text;
};

const read = (text: string, path: string): Row[] => {
  const [head, ...lines] = parseCsv(text);
  return lines.map((cells, index) => {
    if (cells.length === head?.length) {
      return Object.fromEntries(cells.map((cell, at) => [head[at]?.text ?? "", valueOfCell(cell)]));
    }
    const problem = `its row ${index + 1} has ${cells.length} cells, not ${head?.length}.`;
    throw new ArtifactDamagedError({ path, problem });
  });
};

/** Rows of texts, numbers, booleans and nulls, all with the same columns, as a table that other programs read. */
export const csvMaterializer: Materializer<readonly Row[]> = {
  name: NAME,
  accepts: (value): value is readonly Row[] => Array.isArray(value) && value.every(isRow),
  save: async (rows, directory) => await writeFile(join(directory, FILE), write(rows), { flag: "wx" }),
  load: async (directory) => {
    const path = join(directory, FILE);
    return read((await readPlainFile(path)).toString("utf8"), path);
  },
  metadata: (rows) => ({ rows: rows.length, columns: Object.keys(rows[0] ?? {}) }),
  typeOf: () => "table",
};
