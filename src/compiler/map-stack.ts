import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type SourcePosition, sourcePositions } from "./source-position.ts";

/** The source map of a file, as JSON, and the directory that its sources are relative to. */
export interface MappedFile {
  readonly map: string;
  readonly root: string;
}

/** One frame: what stands before the place, the place, and the closing parenthesis. */
const FRAME = /^(\s+at (?:.*? \()?(?:async )?)((?:file:\/\/)?\/.*?):(\d+):(\d+)(\)?)$/;

/**
 * Rewrites the frames of a V8 stack to the places in the sources, as absolute paths. `lookup` is given the absolute
 * path of each file in the stack; frames of files that it does not know, and all other lines, stay as they are.
 */
export function mapStack(stack: string, lookup: (file: string) => MappedFile | undefined): string {
  const finders = new Map<string, Finder | undefined>();
  return stack
    .split("\n")
    .map((line) => mapFrame(line, (file) => cached(finders, file, lookup)))
    .join("\n");
}

type Finder = (line: number, column: number) => SourcePosition | undefined;

function mapFrame(frame: string, finderOf: (file: string) => Finder | undefined): string {
  const [, before = "", file = "", line, column, after = ""] = FRAME.exec(frame) ?? [];
  const found = file && finderOf(toPath(file))?.(Number(line), Number(column));
  return found ? `${before}${found.source}:${found.line}:${found.column}${after}` : frame;
}

const toPath = (file: string): string =>
  file.startsWith("file:") ? fileURLToPath(file.replace(/\?.*$/, "")) : file;

function cached(
  finders: Map<string, Finder | undefined>,
  file: string,
  lookup: (file: string) => MappedFile | undefined,
) {
  if (!finders.has(file)) finders.set(file, finder(lookup(file)));
  return finders.get(file);
}

function finder(mapped: MappedFile | undefined): Finder | undefined {
  if (!mapped) return undefined;
  const find = sourcePositions(mapped.map);
  return (line, column) => {
    const found = find(line, column);
    return found && { ...found, source: resolve(mapped.root, found.source) };
  };
}
