import type { MetadataStore } from "../../metadata/port.ts";
import {
  type Failure,
  isFinished,
  type PipelineRun,
  type SkipReason,
  type StepRun,
} from "../../model/index.ts";
import { newStepRun } from "../../step-launcher/step-runs.ts";

/** Where the record of an abandoned run lies, and the time. */
export interface AbandonedServices {
  readonly metadata: MetadataStore;
  readonly now: () => Date;
}

/** Records the attempts of a run that nobody works on any more and that have no end, as stopped. Returns all that it has. */
export const endAbandonedSteps = async (
  { metadata, now }: AbandonedServices,
  run: PipelineRun,
): Promise<readonly StepRun[]> => {
  const known = await metadata.listStepRuns(run.id);
  const stopped = { status: "stopped", finishedAt: now().toISOString() } as const;
  for (const { id, status, failure } of known) {
    if (isFinished(status)) continue;
    await metadata.updateStepRun(id, { ...stopped, failure: failure ?? ABANDONED });
  }
  return known;
};

/** Records a run that nobody works on any more, and all of its steps that have no end, as stopped. */
export const publishAbandoned = async (
  services: AbandonedServices,
  run: PipelineRun,
): Promise<PipelineRun> => {
  const { metadata, now } = services;
  const known = await endAbandonedSteps(services, run);
  const stopped = { status: "stopped", finishedAt: now().toISOString() } as const;
  const snapshot = await metadata.getSnapshot(run.snapshotId);
  const begun = new Set(known.map(({ invocationId }) => invocationId));
  const missing = Object.values(snapshot?.invocations ?? {}).filter(({ id }) => !begun.has(id));
  await metadata.createStepRuns(
    missing.map((invocation) => ({
      stepRun: {
        ...newStepRun({ run, now }, invocation, { attempt: 1 }),
        ...stopped,
        skipReason: INTERRUPTED,
      },
      inputs: {},
    })),
  );
  return await metadata.updateRun(run.id, stopped);
};

const INTERRUPTED: SkipReason = { kind: "interrupted" };

const ABANDONED: Failure = {
  kind: "stopped",
  name: "StepStopped",
  message:
    "The run was stopped while no process was alive any more that worked on this step, so how far it came is not known. " +
    "Run again.",
  retryable: true,
};
