import type { Assignment, Failure, StepResult } from "../model/index.ts";
import type { StepLogger } from "../pipeline/context.ts";

/** Carries out one assignment in this process. Whoever owns the process tells it what may end it early. */
export interface AttemptRunner {
  /** Never rejects for what user code does. */
  run(assignment: Assignment): Promise<StepResult>;
  /** Fails what runs now, the function or a hook, and goes on with what follows; false where nothing runs. */
  interrupt(reason: unknown): boolean;
  /** The result if everything ends at this moment: how the step ended if that is settled, else the failure. */
  cutShort(failure: Failure): StepResult;
  /** Whether how the step ended is settled, and only hooks are left. */
  readonly settled: boolean;
}

export interface AttemptRunnerOptions {
  readonly log: StepLogger;
  readonly signal: AbortSignal;
  /** Where the bundles of the pipeline's hooks are. */
  readonly bundles: string;
}
