import type { MetadataStore, StepRunPatch } from "../metadata/port.ts";
import {
  type ArtifactVersion,
  type ExecutionStatus,
  type Failure,
  isFinished,
  type Json,
  type PipelineRun,
  type StepRun,
} from "../model/index.ts";

/** Records that a step run completed, with its outputs, in one transaction. ZenML's `publish_successful_step_run`. */
export const publishSuccessfulStepRun = (
  metadata: MetadataStore,
  stepRunId: string,
  outputs: Readonly<Record<string, ArtifactVersion>>,
  patch: StepRunPatch = {},
): Promise<StepRun> => metadata.completeStepRun(stepRunId, { ...patch, status: "completed" }, outputs);

/** Records that a step run failed, and why. ZenML's `publish_failed_step_run`. */
export const publishFailedStepRun = (
  metadata: MetadataStore,
  stepRunId: string,
  failure: Failure,
  patch: StepRunPatch = {},
): Promise<StepRun> => metadata.updateStepRun(stepRunId, { status: "failed", ...patch, failure });

/** ZenML's `publish_failed_pipeline_run`. */
export const publishFailedPipelineRun = (
  metadata: MetadataStore,
  runId: string,
  failure: Failure | null,
  finishedAt: string,
): Promise<PipelineRun> => metadata.updateRun(runId, { status: "failed", failure, finishedAt });

/** Adds to a run's metadata. ZenML's `publish_pipeline_run_metadata`. */
export const publishPipelineRunMetadata = async (
  metadata: MetadataStore,
  run: PipelineRun,
  entries: Readonly<Record<string, Json>>,
): Promise<PipelineRun> => metadata.updateRun(run.id, { metadata: { ...run.metadata, ...entries } });

/** Adds to a step run's metadata. ZenML's `publish_step_run_metadata`. */
export const publishStepRunMetadata = async (
  metadata: MetadataStore,
  stepRun: StepRun,
  entries: Readonly<Record<string, Json>>,
): Promise<StepRun> => metadata.updateStepRun(stepRun.id, { metadata: { ...stepRun.metadata, ...entries } });

/** What the statuses of a run's steps make of the run. Mirrors ZenML's `get_pipeline_run_status`. */
export const getPipelineRunStatus = (
  stepStatuses: readonly ExecutionStatus[],
  numSteps: number,
): ExecutionStatus => {
  if (stepStatuses.includes("failed")) return "failed";
  if (stepStatuses.includes("stopping")) return "stopping";
  if (stepStatuses.includes("stopped")) return "stopped";
  const done = stepStatuses.filter((status) => isFinished(status) && status !== "retried");
  if (done.length < numSteps) return "running";
  if (stepStatuses.includes("skipped")) return "failed";
  return "completed";
};
