import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MappedFile } from "./map-stack.ts";
import { type SourcePosition, sourcePositions } from "./source-position.ts";

/** User modules as the host imports them: whole, one emitted file for each, sharing instances. */
export interface HostBundle {
  /** Source path by emitted path, both absolute. */
  readonly modules: ReadonlyMap<string, string>;
  /** The sources that static imports reach from the entries, each after those that it imports. */
  readonly sources: readonly string[];
  /** The file to import in the place of a source; undefined for one that the entries do not reach. */
  emittedFor(source: string): string | undefined;
  /** The source position of a place in an emitted file; lines and columns count from 1. */
  mapPosition(
    emitted: string,
    line: number,
    column: number,
  ): { file: string; line: number; column: number } | undefined;
  /** The source map of an emitted file, as `mapStack` asks for it. */
  mappedFile(emitted: string): MappedFile | undefined;
}

/** A host bundle as data: what lies in its directory. */
export type EmittedModules = {
  readonly directory: string;
  readonly modules: readonly EmittedModule[];
  readonly sources: readonly string[];
};

export type EmittedModule = {
  /** Relative to the directory. */
  readonly path: string;
  /** Absolute. */
  readonly source: string;
  /** Whether its source map lies beside it. */
  readonly mapped: boolean;
};

/** The bundle that lies in a directory. Source maps are read when a place is looked up. */
export const hostBundle = ({ directory, modules, sources }: EmittedModules): HostBundle => {
  const byPath = new Map(modules.map((module) => [join(directory, module.path), module]));
  const emitted = new Map([...byPath].map(([path, { source }]) => [source, path]));
  const find = positionFinder((path) => (byPath.get(path)?.mapped ? readMap(path) : undefined));
  return {
    modules: new Map([...byPath].map(([path, { source }]) => [path, source])),
    sources,
    emittedFor: (source) => emitted.get(source),
    mapPosition: (path, line, column) => {
      const found = find(path, line, column);
      return found && { file: found.source, line: found.line, column: found.column };
    },
    mappedFile: (path) => {
      const module = byPath.get(path);
      return module?.mapped ? { map: readMap(path), root: dirname(module.source) } : undefined;
    },
  };
};

export const mapFileOf = (path: string): string => `${path}.map`;

const readMap = (path: string): string => readFileSync(mapFileOf(path), "utf8");

const positionFinder = (mapOf: (path: string) => string | undefined) => {
  const finders = new Map<string, ReturnType<typeof sourcePositions> | undefined>();
  return (path: string, line: number, column: number): SourcePosition | undefined => {
    if (!finders.has(path)) {
      const map = mapOf(path);
      finders.set(path, map === undefined ? undefined : sourcePositions(map));
    }
    return finders.get(path)?.(line, column);
  };
};
