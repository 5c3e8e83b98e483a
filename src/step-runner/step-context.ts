import type { Assignment } from "../model/index.ts";
import type { StepContext } from "../pipeline/context.ts";

/** What a step's function and its hooks are told. */
export const stepContext = (
  { runId, runName, pipelineName, stepName, invocationId, attempt }: Assignment,
  told: Pick<StepContext, "log" | "signal"> & Partial<Pick<StepContext, "outputs">>,
): StepContext => {
  const { log, outputs = {} } = told;
  const facts = { log, runId, runName, pipelineName, stepName, invocationId, attempt, outputs };
  // The caller's `signal` may be a getter that tells whether anybody listens: only the step may ask for it.
  const get = () => told.signal;
  return Object.defineProperty(facts as StepContext, "signal", { get, enumerable: true });
};
