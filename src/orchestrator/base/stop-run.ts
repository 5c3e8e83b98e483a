import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { acquireRunLock } from "../../metadata/run-lock.ts";
import { isFinished, type PipelineRun, runsElsewhere } from "../../model/index.ts";
import type { ActiveRun } from "./active-run.ts";
import { RunEndedError } from "./errors.ts";
import { endAbandonedSteps, publishAbandoned } from "./publish-abandoned.ts";
import type { OrchestratorServices } from "./services.ts";
import { isHeld } from "./settle-run.ts";
import { clearStopRequest, passOn, requestStop, type StopKind, watchDirectory } from "./stop-request.ts";
import type { SubmissionResult } from "./submission.ts";

/** A run after it was asked to stop: `stopped`, or as it had ended by then. */
export interface StoppedRun {
  readonly run: PipelineRun;
  /** Whether its owner was dead, so that nobody could end its steps but the one who asked. */
  readonly abandoned: boolean;
}

export interface StopOptions {
  readonly services: OrchestratorServices;
  readonly removeLeftovers: (runId: string) => Promise<void>;
}

/** Asks the owner of a run to stop it and waits until it did; does it itself where the owner is dead. */
export const stopRun = async (id: string, kind: StopKind, options: StopOptions): Promise<StoppedRun> => {
  const { metadata, paths } = options.services;
  const run = await metadata.findRun(id);
  if (isFinished(run.status)) throw new RunEndedError(run);
  const directory = join(paths.runs, run.id);
  if (isOwned(directory)) {
    await requestStop(directory, kind);
    await untilFree(directory);
    const ended = await metadata.findRun(run.id);
    if (isFinished(ended.status)) return { run: ended, abandoned: false };
  }
  return runsElsewhere(run)
    ? await stopElsewhere(run, kind, options)
    : await endAbandoned(run, kind, options);
};

/** The launchers of its steps see the request; whatever else its engine has of it is for the orchestrator to remove. */
const stopElsewhere = async (run: PipelineRun, kind: StopKind, options: StopOptions): Promise<StoppedRun> => {
  const directory = join(options.services.paths.runs, run.id);
  await mkdir(directory, { recursive: true });
  await requestStop(directory, kind);
  await untilFree(directory, () => hasLaunchers(directory));
  const stopped = await endAbandoned(run, kind, options);
  clearStopRequest(directory);
  return { ...stopped, abandoned: false };
};

/** Leaves a run that was submitted to itself; or ends it, where this process was asked to stop it by then. */
export const leaveRun = async (
  active: ActiveRun,
  { services, removeLeftovers }: StopOptions,
): Promise<void> => {
  const { signals } = active.request;
  if (!signals.signal.aborted) return active.leave();
  const { id } = active.context.run;
  await untilLaunchersEnd(active);
  await removeLeftovers(id);
  const run = await services.metadata.findRun(id);
  if (!isFinished(run.status)) await publishAbandoned(services, run);
};

/**
 * Submits a run; where that fails after a part of it was submitted, that does not go on: its launchers are stopped, and what
 * is left is removed.
 */
export const submitWhole = async (
  active: ActiveRun,
  options: StopOptions,
  submit: () => Promise<SubmissionResult | undefined>,
): Promise<SubmissionResult | undefined> => {
  try {
    const result = await submit();
    if (result?.metadata) await active.addMetadata(result.metadata);
    return result;
  } catch (error) {
    if (runsElsewhere(active.context.run)) await takeBack(active, error, options);
    throw error;
  }
};

const takeBack = async (
  active: ActiveRun,
  failure: unknown,
  { removeLeftovers, services }: StopOptions,
): Promise<void> => {
  const { run, emit } = active.context;
  try {
    await active.fail(failure);
    await requestStop(join(services.paths.runs, run.id), "graceful");
    await untilLaunchersEnd(active);
    await removeLeftovers(run.id);
    await endAbandonedSteps(services, run);
  } catch (error) {
    // Why the run failed is told; this is something else.
    await emit({ event: "warning", message: notTakenBack(error as Error) });
  }
};

const notTakenBack = ({ message }: Error): string =>
  `What was submitted of the run before it failed may still be there, and has to be removed by hand: ${message}`;

const untilLaunchersEnd = async ({
  context: { run, paths },
  request: { signals },
}: ActiveRun): Promise<void> => {
  const directory = join(paths.runs, run.id);
  using passed = passOn(signals, directory);
  const free = untilFree(directory, () => hasLaunchers(directory));
  await Promise.race([free, passed.letGo.then(() => free)]);
};

const hasLaunchers = (directory: string): boolean =>
  [
    join(directory, "launch.db"),
    ...readdirSync(directory).map((name) => join(directory, name, "lock.db")),
  ].some(isHeld);

const isOwned = (directory: string): boolean => isHeld(join(directory, "lock.db"));

/** An owner that is killed tells nobody: then its lock is looked at so often, in milliseconds. */
const LOOK = 1000;

/** Resolves when nobody owns the run any more. */
const untilFree = async (directory: string, isTaken = () => isOwned(directory)): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = () => {
    try {
      if (!isTaken()) resolve();
    } catch (error) {
      reject(error);
    }
  };
  using _watching = watchDirectory(directory, check);
  const timer = setInterval(check, LOOK);
  check();
  await promise.finally(() => clearInterval(timer));
};

/** With the lock held, so that nobody resumes it meanwhile. */
const endAbandoned = async (
  { id }: PipelineRun,
  kind: StopKind,
  options: StopOptions,
): Promise<StoppedRun> => {
  const { services, removeLeftovers } = options;
  const directory = join(services.paths.runs, id);
  await mkdir(directory, { recursive: true });
  using lock = acquireRunLock(join(directory, "lock.db"));
  // Somebody resumes it at this very moment: then it has an owner to ask.
  if (!lock) return await stopRun(id, kind, options);
  const run = await services.metadata.findRun(id);
  if (isFinished(run.status)) return { run, abandoned: false };
  await removeLeftovers(id);
  return { run: await publishAbandoned(services, run), abandoned: true };
};
