import PQueue from "p-queue";
import type { BundleStepOptions, StepBundle } from "./bundle-step.ts";
import { type CompileStore, makeStep } from "./cache/step-cache.ts";

/** Each holds its module graph in memory; more at once were measured to be no faster on two cores. */
const MAX_BUNDLERS = 4;

/** Bundles steps, some at a time; the bundles in the order of the steps. */
export const makeSteps = (
  steps: readonly BundleStepOptions[],
  store: CompileStore | undefined,
): Promise<StepBundle[]> => {
  const queue = new PQueue({ concurrency: MAX_BUNDLERS });
  return queue.addAll(steps.map((step) => () => makeStep(step, store)));
};
