import { relative, sep } from "node:path";
import PQueue from "p-queue";
import type { StepDefinition } from "../pipeline/step.ts";
import type { WiredInvocation } from "../pipeline/wiring.ts";
import { bundleStep, type StepBundle } from "./bundle-step.ts";
import type { Defined } from "./load-modules.ts";
import type { LoadedModules } from "./locate-step.ts";
import { locateStep, type StepLocation } from "./locate-step.ts";

/** Each holds its module graph in memory; more at once were measured to be no faster on two cores. */
const MAX_BUNDLERS = 4;

export interface LocatedBundle {
  readonly bundle: StepBundle;
  /** `module#export`, the module relative to the project root with `/`. */
  readonly source: string;
}

interface BundleStepsOptions {
  readonly projectRoot: string;
  readonly modules: (definitions: readonly Defined[]) => Promise<LoadedModules>;
}

/** Finds and bundles each step once, however often it is called. */
export const bundleSteps = async (
  invocations: readonly WiredInvocation[],
  { projectRoot, modules }: BundleStepsOptions,
): Promise<ReadonlyMap<StepDefinition, LocatedBundle>> => {
  const definitions = [...new Set(invocations.map(({ definition }) => definition))];
  const loaded = await modules(definitions);
  const externals = npmPackagesByStep(invocations);
  const queue = new PQueue({ concurrency: MAX_BUNDLERS });
  const entries = await queue.addAll(
    definitions.map((definition) => async () => {
      const location = await locateStep(definition, loaded);
      const bundle = await bundleStep({
        ...location,
        projectRoot,
        externals: externals.get(definition) ?? [],
      });
      return [definition, { bundle, source: sourceName(location, projectRoot) }] as const;
    }),
  );
  return new Map(entries);
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
