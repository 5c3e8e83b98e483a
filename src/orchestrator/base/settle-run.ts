import { existsSync } from "node:fs";
import { join } from "node:path";
import { isRunLocked } from "../../metadata/run-lock.ts";
import { StatusTransitionError } from "../../metadata/status-errors.ts";
import {
  type Invocation,
  isFinished,
  isSuccessful,
  type PipelineRun,
  type SkipReason,
  type StepRun,
} from "../../model/index.ts";
import { getPipelineRunStatus } from "../../step-launcher/publish-utils.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { newStepRun } from "../../step-launcher/step-runs.ts";

type Facts = Pick<RunContext, "metadata" | "snapshot" | "run" | "now" | "paths">;

/** Held by whoever launches a step, for as long as it lives. */
export const stepLockPath = ({ paths, run }: Pick<Facts, "paths" | "run">, invocationId: string): string =>
  join(paths.runs, run.id, invocationId, "lock.db");

/** Held by whoever launches all steps of a run, in a process without the run's own lock. */
export const launchLockPath = ({ paths, run }: Pick<Facts, "paths" | "run">): string =>
  join(paths.runs, run.id, "launch.db");

export const isHeld = (path: string): boolean => existsSync(path) && isRunLocked(path);

/** The last attempt of each invocation that has one. */
export const latestAttempts = (steps: readonly StepRun[]): ReadonlyMap<string, StepRun> =>
  new Map(steps.toSorted((a, b) => a.attempt - b.attempt).map((step) => [step.invocationId, step]));

/**
 * Records the steps that can no longer run, and how the run ended, where nothing of it is left to run. Called by everyone
 * who ended a step of a run that several processes work on: whoever is the last finds it ended. Undefined before.
 */
export const settleRun = async (facts: Facts): Promise<PipelineRun | undefined> => {
  const { metadata, run, snapshot } = facts;
  const latest = new Map(latestAttempts(await metadata.listStepRuns(run.id)));
  const skipped = unreachable(facts, latest);
  await metadata.createMissingStepRuns(skipped);
  const all = latestAttempts(await metadata.listStepRuns(run.id));
  const ids = Object.keys(snapshot.invocations);
  const hasEnded = ids.every((id) => {
    const status = all.get(id)?.status;
    return status !== undefined && status !== "retried" && isFinished(status);
  });
  if (!hasEnded) return undefined;
  const status = getPipelineRunStatus(
    ids.flatMap((id) => all.get(id)?.status ?? []),
    ids.length,
  );
  return await finish(facts, status);
};

/** Two may be the last at once, and somebody may stop the run meanwhile: the first who says how it ended is right. */
const finish = async ({ metadata, run, now }: Facts, status: PipelineRun["status"]): Promise<PipelineRun> => {
  const present = await metadata.findRun(run.id);
  if (isFinished(present.status)) return present;
  try {
    return await metadata.updateRun(run.id, { status, finishedAt: now().toISOString() });
  } catch (error) {
    if (error instanceof StatusTransitionError) return await metadata.findRun(run.id);
    throw error;
  }
};

/** In the order of definition, which an upstream is always earlier in. */
const unreachable = (facts: Facts, latest: Map<string, StepRun>): StepRun[] => {
  const skipped: StepRun[] = [];
  for (const invocation of Object.values(facts.snapshot.invocations)) {
    if (latest.has(invocation.id) || isHeld(stepLockPath(facts, invocation.id))) continue;
    const skipReason = hindrance(facts, invocation, latest);
    if (!skipReason) continue;
    const stepRun = skippedStep(facts, invocation, skipReason);
    latest.set(invocation.id, stepRun);
    skipped.push(stepRun);
  }
  return skipped;
};

/** Why an invocation may not run any more. */
export const hindrance = (
  { snapshot }: Pick<Facts, "snapshot">,
  { upstreams }: Invocation,
  latest: ReadonlyMap<string, StepRun>,
): SkipReason | undefined => {
  const upstream = upstreams.find((id) => hasEndedBadly(latest.get(id)));
  if (upstream !== undefined) return { kind: "upstream_failed", upstream };
  if (snapshot.executionMode === "continue_on_failure") return undefined;
  const failed = [...latest.values()].find(({ status }) => status === "failed");
  return failed && { kind: "run_stopped_after_failure", failed: failed.invocationId };
};

/** A lost attempt is made again. */
const hasEndedBadly = (step: StepRun | undefined): boolean =>
  step !== undefined &&
  isFinished(step.status) &&
  step.status !== "retried" &&
  step.failure?.kind !== "lost" &&
  !isSuccessful(step.status);

export const skippedStep = (
  facts: Pick<Facts, "run" | "now">,
  invocation: Invocation,
  skipReason: SkipReason,
): StepRun => ({
  ...newStepRun(facts, invocation, { attempt: 1 }),
  ...{ status: "skipped", skipReason, finishedAt: facts.now().toISOString() },
});
