import { isEngineGone } from "../errors/engine-gone.ts";
import { isStepdockError } from "../errors/error.ts";
import type { StepLog } from "../logging/step-log.ts";
import type { ArtifactVersion, Assignment, Failure, Invocation, StepRun } from "../model/index.ts";
import { replaceFile } from "../util/write-atomic.ts";
import type { AttemptPaths } from "../workspace/paths.ts";
import { createAssignment } from "./assignment.ts";
import { environmentOf, openLog } from "./attempt-process.ts";
import { AttemptRecords, type AttemptStatus } from "./attempt-records.ts";
import type { CacheKey } from "./cache-utils.ts";
import { bringInputs } from "./check-inputs.ts";
import { callMissedHooks } from "./missed-hooks.ts";
import type { ExecutionSignals, StepEnd, StepExecution, StepExecutor } from "./port.ts";
import { type Reservation, reserveAttempt } from "./reservation.ts";
import type { RunContext } from "./run-context.ts";
import { idsOf, newStepRun } from "./step-runs.ts";
import { type TimeLimit, withTimeout } from "./timeout.ts";

export interface AttemptFacts {
  /** 1 for the first. */
  readonly attempt: number;
  readonly cacheKey: CacheKey;
  readonly inputs: Readonly<Record<string, ArtifactVersion>>;
  readonly retriesLeft: number;
  /** What was made ready for it ahead, if anything was. */
  readonly reservation?: Reservation | undefined;
  readonly signals: ExecutionSignals;
}

export interface AttemptEnd {
  readonly stepRun: StepRun;
  readonly status: AttemptStatus;
  readonly released: Promise<void>;
}

/** Runs one attempt from its record to its record: publish, prepare, execute, publish. */
export const runAttempt = async (
  context: RunContext,
  invocation: Invocation,
  executor: StepExecutor,
  facts: AttemptFacts,
): Promise<AttemptEnd> => {
  const reserved =
    facts.reservation ??
    (await reserveAttempt(context, invocation, { ...facts, exchanges: !executor.startsAtOnce }));
  const { stepRunId, paths, uris } = reserved;
  const stepRun = newStepRun(context, invocation, { ...facts, id: stepRunId });
  const records = new AttemptRecords(context, invocation, {
    ...{ stepRun, uris, logPath: paths.log, inputs: idsOf(facts.inputs) },
    willRetry: () => facts.retriesLeft > 0 && !facts.signals.signal.aborted,
    killSignal: facts.signals.killSignal,
  });
  // What is told what to do at once needs no record of its own that it is going to be.
  await records.begun({ publish: !(facts.reservation || executor.startsAtOnce) });
  const assignment = createAssignment(context, invocation, {
    ...{ stepRun, uris, inputs: facts.inputs, exchange: paths.exchange },
    lastAttempt: facts.retriesLeft <= 0,
  });
  // Without waiting for the disk: a loss of power ends the container, too, and the attempt is lost in any case.
  if (executor.adopt) await replaceFile(paths.assignment, `${JSON.stringify(assignment)}\n`);
  const work = { context, invocation, assignment, paths, records };
  const failure = await bringInputs(context, facts.inputs, facts.signals.signal);
  const { status, released } = failure
    ? await neverBegun(work, failure)
    : await execute(work, executor, facts.signals);
  await callMissedHooks(work, executor, facts.signals);
  return { stepRun, status, released };
};

/** An attempt that is under way. */
export interface AttemptWork {
  readonly context: RunContext;
  readonly invocation: Invocation;
  readonly assignment: Assignment;
  readonly paths: AttemptPaths;
  readonly records: AttemptRecords;
}

const execute = async (
  work: AttemptWork,
  executor: StepExecutor,
  signals: ExecutionSignals,
): Promise<Pick<AttemptEnd, "status" | "released">> => {
  const log = await openLog(work, { lazily: executor.startsAtOnce });
  using limit = withTimeout(work.invocation.timeout, signals);
  const published = Promise.withResolvers<void>();
  try {
    const end = await executor.execute(executionOf(work, log, limit, published.promise), limit.signals);
    await log.flushed();
    const released = release(work, end, log);
    released.catch(() => {}); // Whoever waits for it is told; nobody does where recording the outcome fails.
    const status = await work.records.ended(limit.asEnded(end.result)).finally(published.resolve);
    return { status, released };
  } catch (error) {
    await log.end().catch(() => {}); // The fault that led here is the one to tell.
    if (signals.signal.aborted && isInterruption(error)) return await stoppedBefore(work);
    // Its container may go on without us: the attempt is left under way, for `resume` to take over.
    if (!isEngineGone(error)) await work.records.failed(faultOf(error), "failed");
    throw error;
  }
};

/** The run was stopped while the attempt waited for an image: no fault, and nothing of it runs. */
const stoppedBefore = async (work: AttemptWork): Promise<Pick<AttemptEnd, "status" | "released">> => {
  const message = "The step was stopped before it began.";
  const failure = { kind: "stopped", name: "StepStopped", message, retryable: true } as const;
  return await neverBegun(work, failure);
};

/** An attempt that ends before anything of it is created. */
const neverBegun = async (
  { records, assignment: { stepRunId } }: AttemptWork,
  failure: Failure,
): Promise<Pick<AttemptEnd, "status" | "released">> => ({
  status: await records.ended({ formatVersion: 1, stepRunId, status: "failed", failure }),
  released: Promise.resolve(),
});

const isInterruption = (error: unknown): boolean => isStepdockError(error) && error.code === "interrupted";

const executionOf = (
  { context, invocation, assignment, paths, records }: AttemptWork,
  log: StepLog,
  limit: TimeLimit,
  published: Promise<void>,
): StepExecution => ({
  ...{ invocation, assignment, paths, log, published },
  environment: environmentOf(context, invocation),
  given: context.secrets.of(invocation),
  assigned: async (where) => {
    await records.assigned(where);
    limit.begin();
  },
});

/** Waits until nothing of the attempt is left; what it said last is in the log then. */
export const release = async ({ records }: AttemptWork, end: StepEnd, log: StepLog): Promise<void> => {
  const { exitCode, warnings } = await end.released;
  const logged = await log.end().then(
    () => [],
    (error: Error) => [error.message],
  );
  await records.released({ exitCode, warnings: [...warnings, ...logged] });
};

const faultOf = (error: unknown): Failure => ({
  kind: "internal",
  name: error instanceof Error ? error.name : "Error",
  message: error instanceof Error ? error.message : String(error),
  retryable: true,
});
