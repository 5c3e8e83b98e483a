import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { isLive } from "../host/run-state.ts";
import { isFinished, type PipelineRun, type StepRun } from "../model/index.ts";
import { didYouMean } from "../util/nearest.ts";
import { attemptPaths } from "../workspace/paths.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { UsageError } from "./errors.ts";
import { skipText } from "./render/status.ts";

const POLL_MILLISECONDS = 250;

/** Attempts of a run that have a log, oldest first: the newest of each step, and with `follow` those still to come. */
export async function* attemptsOf(
  { metadata, paths }: Workspace,
  run: PipelineRun,
  { follow }: { follow: boolean },
): AsyncGenerator<StepRun, void> {
  const seen = new Set<string>();
  for (;;) {
    // Asked first: what was published before the run ended is then certain to be listed.
    const live = follow && isLive(paths, (await metadata.getRun(run.id)) ?? run);
    const steps = await metadata.listStepRuns(run.id);
    const fresh = seen.size === 0 ? newestAttempts(steps) : steps;
    yield* fresh.filter(({ id, cachedFrom, skipReason }) => !seen.has(id) && !cachedFrom && !skipReason);
    for (const { id } of steps) seen.add(id);
    if (!live) return;
    await setTimeout(POLL_MILLISECONDS);
  }
}

const newestAttempts = (steps: readonly StepRun[]): StepRun[] => [
  ...new Map(steps.map((step) => [step.invocationId, step])).values(),
];

/** Settles when nothing is appended to the attempt's log any more. */
export const logEnd = async ({ metadata, paths }: Workspace, { id, runId }: StepRun): Promise<void> => {
  for (let ended = false; !ended; ) {
    const [run, step] = [await metadata.getRun(runId), await metadata.getStepRun(id)];
    ended = !run || !isLive(paths, run) || !step || hasExited(step);
    await setTimeout(POLL_MILLISECONDS);
  }
};

/** The outcome comes before the exit, and a container may print until then. */
const hasExited = ({ status, containerId, exitCode }: StepRun): boolean =>
  isFinished(status) && (containerId === null || exitCode !== null);

export interface AttemptChoice {
  readonly step: string;
  readonly attempt?: number | undefined;
}

/** The attempt whose log is meant: of a cached step, the one that its outputs were taken from. @throws UsageError */
export const chooseAttempt = async (
  workspace: Workspace,
  run: PipelineRun,
  { step, attempt }: AttemptChoice,
): Promise<StepRun> => {
  const all = await workspace.metadata.listStepRuns(run.id);
  const ofStep = all.filter(({ invocationId }) => invocationId === step);
  const chosen = attempt === undefined ? ofStep.at(-1) : ofStep.find((each) => each.attempt === attempt);
  if (ofStep.length === 0) throw unknownStep(run, step, all);
  if (!chosen)
    throw new UsageError(`Step "${step}" of run ${run.id} had ${ofStep.length} attempts, no ${attempt}.`);
  if (chosen.skipReason) {
    throw new UsageError(`Step "${step}" of run ${run.id} did not run: ${skipText(chosen.skipReason)}.`);
  }
  return chosen.cachedFrom === null ? chosen : await cacheSource(workspace, chosen, chosen.cachedFrom);
};

const unknownStep = (run: PipelineRun, step: string, all: readonly StepRun[]): UsageError => {
  const names = newestAttempts(all).map(({ invocationId }) => invocationId);
  const known = names.length === 0 ? "None has begun." : `It has: ${names.join(", ")}.`;
  return new UsageError(`Run ${run.id} has no step "${step}". ${known}${didYouMean(step, names)}`);
};

/** An imported step that was cached has brought the log of the other with it. */
const cacheSource = async (
  { metadata, paths }: Workspace,
  cached: StepRun,
  cachedFrom: string,
): Promise<StepRun> => {
  const source = await metadata.getStepRun(cachedFrom);
  if (source) return source;
  if (existsSync(attemptPaths(paths, cached).log)) return cached;
  const { invocationId, runId } = cached;
  throw new UsageError(
    `Step "${invocationId}" of run ${runId} was cached, and the run that it took its outputs from was removed.`,
  );
};
