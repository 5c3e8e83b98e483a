import { SourceMap, type SourceMapPayload } from "node:module";

/** A place in a source; `line` and `column` count from 1, as in a stack. */
export interface SourcePosition {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** Looks places up in one source map, given as JSON, and parsed at the first look. */
export function sourcePositions(map: string): (line: number, column: number) => SourcePosition | undefined {
  let parsed: SourceMap | undefined;
  return (line, column) => {
    parsed ??= new SourceMap(JSON.parse(map) as SourceMapPayload);
    const origin = parsed.findOrigin(line, column);
    if (!("fileName" in origin) || !origin.fileName) return undefined;
    return { source: origin.fileName, line: origin.lineNumber, column: origin.columnNumber };
  };
}
