import type { MetadataStore } from "../../metadata/port.ts";
import { type Failure, isFinished, type PipelineRun, type SkipReason } from "../../model/index.ts";
import { newStepRun } from "../../step-launcher/step-runs.ts";

/** Where the record of an abandoned run lies, and the time. */
export interface AbandonedServices {
  readonly metadata: MetadataStore;
  readonly now: () => Date;
}

/** Records a run whose owner is dead, and all of its steps that have no end, as stopped. */
export const publishAbandoned = async (
  { metadata, now }: AbandonedServices,
  run: PipelineRun,
): Promise<PipelineRun> => {
  const stopped = { status: "stopped", finishedAt: now().toISOString() } as const;
  const known = await metadata.listStepRuns(run.id);
  for (const { id, status, failure } of known) {
    if (isFinished(status)) continue;
    await metadata.updateStepRun(id, { ...stopped, failure: failure ?? ABANDONED });
  }
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
  message: "The run was stopped after its orchestrator had died; what was left of the step was removed.",
  retryable: true,
};
