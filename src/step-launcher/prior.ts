import type { MetadataStore } from "../metadata/port.ts";
import type { ArtifactVersion, StepRun } from "../model/index.ts";
import { isFinished, isSuccessful } from "../model/index.ts";

/** What an invocation had come to when its run was interrupted. */
export type PriorState =
  | {
      readonly kind: "succeeded";
      readonly stepRun: StepRun;
      readonly outputs: Readonly<Record<string, ArtifactVersion>>;
    }
  | { readonly kind: "ended"; readonly stepRun: StepRun }
  /** An attempt was under way: its container may run, have finished, or never have been told what to do. */
  | { readonly kind: "under_way"; readonly stepRun: StepRun; readonly failures: number }
  /** An attempt had failed, and another was to follow. */
  | { readonly kind: "retrying"; readonly stepRun: StepRun; readonly failures: number };

/** The state of each invocation of a run that has a record, from the records alone. */
export const priorStates = async (
  metadata: MetadataStore,
  runId: string,
): Promise<ReadonlyMap<string, PriorState>> => {
  const byInvocation = Map.groupBy(await metadata.listStepRuns(runId), ({ invocationId }) => invocationId);
  const states = new Map<string, PriorState>();
  for (const [id, attempts] of byInvocation) {
    const newest = attempts.toSorted((a, b) => a.attempt - b.attempt).at(-1);
    if (newest) states.set(id, await stateOf(metadata, newest, attempts));
  }
  return states;
};

const stateOf = async (
  metadata: MetadataStore,
  stepRun: StepRun,
  attempts: readonly StepRun[],
): Promise<PriorState> => {
  if (isSuccessful(stepRun.status)) {
    return { kind: "succeeded", stepRun, outputs: await metadata.outputsOf(stepRun.id) };
  }
  const failures = attempts.filter(({ status }) => status === "retried" || status === "retrying").length;
  if (stepRun.status === "retrying" || stepRun.status === "retried")
    return { kind: "retrying", stepRun, failures };
  // An attempt that was lost with its orchestrator is no end: the invocation is still to be run.
  if (stepRun.failure?.kind === "lost") return { kind: "retrying", stepRun, failures };
  return isFinished(stepRun.status) ? { kind: "ended", stepRun } : { kind: "under_way", stepRun, failures };
};
