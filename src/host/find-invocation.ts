import { StepdockError } from "../errors/error.ts";
import type { MetadataStore } from "../metadata/port.ts";
import type { Invocation, PipelineRun, PipelineSnapshot } from "../model/index.ts";
import { didYouMean } from "../util/nearest.ts";

/** A run has no step of that name. */
export class UnknownStepError extends StepdockError {
  readonly code = "not_found";
}

/** One step of one run, by its names. */
export interface FoundInvocation {
  readonly run: PipelineRun;
  readonly snapshot: PipelineSnapshot;
  readonly invocation: Invocation;
}

/** @throws UnknownStepError */
export const findInvocation = async (
  metadata: MetadataStore,
  reference: string,
  step: string,
): Promise<FoundInvocation> => {
  const run = await metadata.findRun(reference);
  const snapshot = await metadata.getSnapshot(run.snapshotId);
  if (!snapshot) throw new TypeError(`run ${run.id} has no snapshot`);
  const invocation = snapshot.invocations[step];
  if (!invocation) throw unknownStep(run, step, Object.keys(snapshot.invocations));
  return { run, snapshot, invocation };
};

const unknownStep = (run: PipelineRun, step: string, known: readonly string[]): UnknownStepError =>
  new UnknownStepError(
    `Run ${run.name} (${run.id}) has no step "${step}". There are: ${known.join(", ")}.${didYouMean(step, known)}`,
  );
