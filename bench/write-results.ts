import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Row } from "./measure/row.ts";
import { markdownTable } from "./measure/table.ts";

const README = resolve(import.meta.dirname, "README.md");

export interface Results {
  readonly machine: string;
  readonly rows: readonly Row[];
}

/** Puts the results of the day between the marks that bench/README.md has for them. */
export const writeResults = async (name: string, { machine, rows }: Results): Promise<void> => {
  const day = new Date().toISOString().slice(0, 10);
  const block = [`${day}: ${machine}.`, "", ...markdownTable(rows)].join("\n");
  await writeFile(README, replaceBlock(await readFile(README, "utf8"), name, block));
};

/** The text with another block between the marks of that name. Throws where it has no such marks. */
export const replaceBlock = (text: string, name: string, block: string): string => {
  const begin = `<!-- bench:${name} -->`;
  const end = `<!-- /bench:${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`bench/README.md has no place for the results: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${block}\n${text.slice(to)}`;
};
