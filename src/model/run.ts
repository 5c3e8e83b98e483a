import * as z from "zod/mini";
import { Failure } from "./failure.ts";
import { ExecutionStatus } from "./status.ts";

/** Why a step did not run, for every step that did not. */
export const SkipReason = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("upstream_failed"), upstream: z.string() }),
  z.object({ kind: z.literal("run_stopped_after_failure"), failed: z.string() }),
  z.object({ kind: z.literal("interrupted") }),
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** The record of one execution of a pipeline. Times are ISO 8601 in UTC. */
export const PipelineRun = z.object({
  id: z.string(),
  name: z.string(),
  pipelineName: z.string(),
  snapshotId: z.string(),
  buildId: z.nullable(z.string()),
  /** `ZENML_RUN_ID`: shared by all steps of the run. */
  orchestratorRunId: z.string(),
  stack: z.string(),
  status: ExecutionStatus,
  createdAt: z.string(),
  startedAt: z.nullable(z.string()),
  finishedAt: z.nullable(z.string()),
  /** Why the run as a whole ended badly, where no single step tells it. */
  failure: z.nullable(Failure),
  metadata: z.record(z.string(), z.json()),
});
export type PipelineRun = z.infer<typeof PipelineRun>;

/** The record of one attempt at an invocation, or of an invocation that was cached or skipped. */
export const StepRun = z.object({
  id: z.string(),
  runId: z.string(),
  invocationId: z.string(),
  stepName: z.string(),
  /** 1 for the first. */
  attempt: z.int(),
  status: ExecutionStatus,
  cacheKey: z.nullable(z.string()),
  /** Ingredients of the key, each hashed, so that `plan` can name the one that changed. */
  keyIngredients: z.record(z.string(), z.string()),
  /** The step run whose outputs this one took, where it is cached. */
  cachedFrom: z.nullable(z.string()),
  containerId: z.nullable(z.string()),
  image: z.nullable(z.string()),
  createdAt: z.string(),
  /** When its container was told what to do; durable before it was told. */
  assignedAt: z.nullable(z.string()),
  startedAt: z.nullable(z.string()),
  finishedAt: z.nullable(z.string()),
  exitCode: z.nullable(z.int()),
  failure: z.nullable(Failure),
  skipReason: z.nullable(SkipReason),
  warnings: z.array(z.string()),
  metadata: z.record(z.string(), z.json()),
});
export type StepRun = z.infer<typeof StepRun>;

/** Which artifact an input of a step run was. */
export const StepRunInput = z.object({ stepRunId: z.string(), name: z.string(), artifactId: z.string() });
export type StepRunInput = z.infer<typeof StepRunInput>;

/** In the metadata of a run and of its artifacts: they came out of a file, and may be another workspace's as well. */
export const IMPORTED = "stepdock.imported";

/** In a run's metadata: its steps are launched by containers of an engine's, which no process of the host has to live for. */
export const RUNS_ELSEWHERE = "runsElsewhere";

/** Whether the run goes on without an owner until its records say that it ended. */
export const runsElsewhere = ({ metadata }: Pick<PipelineRun, "metadata">): boolean =>
  metadata[RUNS_ELSEWHERE] === true;
