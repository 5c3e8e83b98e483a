import { MaterializerError, UnknownMaterializerError } from "../errors.ts";
import type { Materializer } from "../port.ts";
import { bytesMaterializer } from "./bytes.ts";
import { csvMaterializer } from "./csv.ts";
import { directoryMaterializer } from "./directory.ts";
import { fileMaterializer } from "./file.ts";
import { jsonMaterializer } from "./json.ts";
import { textMaterializer } from "./text.ts";

/** Stands for the first materializer that accepts the value. */
export const AUTO = "auto";

export interface MaterializerRegistry {
  /** The first in the list that accepts the value. Throws `MaterializerError` where none does. */
  forValue(value: unknown): Materializer;
  /** Throws `UnknownMaterializerError`, which lists the known ones. */
  named(name: string): Materializer;
}

const index = (list: readonly Materializer[]): ReadonlyMap<string, Materializer> => {
  const byName = new Map<string, Materializer>();
  for (const materializer of list) {
    const { name } = materializer;
    if (name === AUTO) throw new MaterializerError(name, "has a name that is kept for the choice by value.");
    if (byName.has(name)) throw new MaterializerError(name, "is there twice. Give one of them another name.");
    byName.set(name, materializer);
  }
  return byName;
};

/** A registry of these materializers; earlier ones are asked first. */
export const createMaterializerRegistry = (list: readonly Materializer[]): MaterializerRegistry => {
  const byName = index(list);
  return {
    forValue: (value) => {
      const found = list.find((materializer) => materializer.accepts(value));
      if (found === undefined) throw new MaterializerError(AUTO, "finds none that takes this value.");
      return found;
    },
    named: (name) => {
      const found = byName.get(name);
      if (found === undefined) throw new UnknownMaterializerError(name, [...byName.keys()]);
      return found;
    },
  };
};

/**
 * `json` accepts everything, and tells what it cannot carry when it encodes: what follows it is found by its name alone.
 */
export const BUILT_IN_MATERIALIZERS: readonly Materializer[] = [
  fileMaterializer,
  directoryMaterializer,
  bytesMaterializer,
  textMaterializer,
  jsonMaterializer,
  csvMaterializer,
];

export const builtInRegistry = createMaterializerRegistry(BUILT_IN_MATERIALIZERS);

export const materializerFor = (value: unknown): Materializer => builtInRegistry.forValue(value);
export const materializerNamed = (name: string): Materializer => builtInRegistry.named(name);
/** Whether it is one of the built-in ones. */
export const isKnown = (name: string): boolean =>
  BUILT_IN_MATERIALIZERS.some((materializer) => materializer.name === name);
