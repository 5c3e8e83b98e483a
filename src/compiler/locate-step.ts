import { fileURLToPath } from "node:url";
import type { CallSite } from "../pipeline/call-sites.ts";
import { isStep, STEP, type StepDefinition } from "../pipeline/step.ts";
import { StepNotExportedError } from "./errors.ts";

/** Where a container finds a step. */
export interface StepLocation {
  /** Absolute path of the source module that defines it. */
  readonly module: string;
  readonly exportName: string;
}

/** The user's modules as the host has loaded them. */
export interface LoadedModules {
  /** The source behind a file that V8 names, or undefined where the file is none of the user's. */
  sourceOf(file: string, line: number, column: number): CallSite | undefined;
  /** The exports of a source module. */
  exportsOf(source: string): Promise<Readonly<Record<string, unknown>>>;
  /** The source modules that static imports reach, each after those that it imports. */
  readonly sources: readonly string[];
  /** Whether they are copies, so that no export is identical to what the program has. */
  readonly areCopies?: boolean;
  /** Points a stack at the sources; absent where it points there already. */
  readonly mapStack?: (stack: string) => string;
}

/** Finds the export that is this step: the identical object, or, in another copy, the one of the same definition. */
export const locateStep = async (
  definition: StepDefinition,
  modules: LoadedModules,
): Promise<StepLocation> => {
  const sites = sourceSites(definition, modules);
  for (const file of new Set(sites.map((site) => site.file))) {
    const exportName = pick(definition, await modules.exportsOf(file), modules);
    if (exportName !== undefined) return { module: file, exportName };
  }
  const [site] = sites;
  throw new StepNotExportedError(definition.name, site ? `${site.file}:${site.line}` : "an unknown place");
};

const sourceSites = (definition: StepDefinition, modules: LoadedModules): CallSite[] =>
  definition.definedAt
    .map((site) => modules.sourceOf(toPath(site.file), site.line, site.column))
    .filter((site) => site !== undefined);

const pick = (
  wanted: StepDefinition,
  exports: Readonly<Record<string, unknown>>,
  modules: LoadedModules,
): string | undefined => {
  const steps = Object.entries(exports).flatMap(([name, value]) =>
    isStep(value) ? [{ name, definition: value[STEP].definition }] : [],
  );
  const identical = steps.find(({ definition }) => definition === wanted);
  if (identical) return identical.name;
  const named = steps.filter(({ definition }) => definition.name === wanted.name);
  if (named.length <= 1) return named[0]?.name;
  // Steps of one name come from a factory: the place that called the factory tells them apart.
  const place = placeOf(wanted, modules);
  return named.find(({ definition }) => placeOf(definition, modules) === place)?.name;
};

const placeOf = (definition: StepDefinition, modules: LoadedModules): string =>
  sourceSites(definition, modules)
    .map(({ file, line, column }) => `${file}:${line}:${column}`)
    .join(" ");

export const toPath = (file: string): string => (file.startsWith("file:") ? fileURLToPath(file) : file);
