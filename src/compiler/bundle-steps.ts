import { relative, sep } from "node:path";
import type { StepDefinition } from "../pipeline/step.ts";
import type { WiredInvocation } from "../pipeline/wiring.ts";
import type { BundleStepOptions, StepBundle } from "./bundle-step.ts";
import { type CompileStore, findStep } from "./cache/step-cache.ts";
import type { Defined } from "./load-modules.ts";
import type { LoadedModules } from "./locate-step.ts";
import { locateStep, type StepLocation } from "./locate-step.ts";

export interface LocatedBundle {
  readonly bundle: StepBundle;
  /** `module#export`, the module relative to the project root with `/`. */
  readonly source: string;
}

interface BundleStepsOptions {
  readonly projectRoot: string;
  readonly modules: (definitions: readonly Defined[]) => Promise<LoadedModules>;
  readonly store?: CompileStore | undefined;
}

/** Finds and bundles each step once, however often it is called. */
export const bundleSteps = async (
  invocations: readonly WiredInvocation[],
  { projectRoot, modules, store }: BundleStepsOptions,
): Promise<ReadonlyMap<StepDefinition, LocatedBundle>> => {
  const definitions = [...new Set(invocations.map(({ definition }) => definition))];
  const loaded = await modules(definitions);
  const externals = npmPackagesByStep(invocations);
  const steps = await Promise.all(
    definitions.map(async (definition) => ({
      ...(await locateStep(definition, loaded)),
      ...{ projectRoot, externals: externals.get(definition) ?? [] },
    })),
  );
  const bundles = await bundleAll(steps, store);
  return new Map(
    definitions.flatMap((definition, index) => {
      const [step, bundle] = [steps[index], bundles[index]];
      return step && bundle ? [[definition, { bundle, source: sourceName(step, projectRoot) }]] : [];
    }),
  );
};

/** The bundler is loaded only where a bundle is not there. */
const bundleAll = async (
  steps: readonly BundleStepOptions[],
  store: CompileStore | undefined,
): Promise<(StepBundle | undefined)[]> => {
  const found = steps.map((step) => findStep(step, store));
  const missing = steps.filter((_, index) => !found[index]);
  if (missing.length === 0) return found;
  const { makeSteps } = await import("./make-steps.ts");
  const made = await makeSteps(missing, store);
  return found.map((bundle) => bundle ?? made.shift());
};

/** Packages that the settings of a step install in its image need not be in its bundle. */
const npmPackagesByStep = (invocations: readonly WiredInvocation[]): Map<StepDefinition, string[]> =>
  new Map(
    invocations.map(({ definition, options }) => [
      definition,
      [
        ...(definition.options.settings?.docker?.npmPackages ?? []),
        ...(options.settings?.docker?.npmPackages ?? []),
      ],
    ]),
  );

export const sourceName = ({ module, exportName }: StepLocation, projectRoot: string): string =>
  `${relative(projectRoot, module).split(sep).join("/")}#${exportName}`;
