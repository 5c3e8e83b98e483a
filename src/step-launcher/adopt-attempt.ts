import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { adoptStepLog } from "../logging/step-log.ts";
import { Assignment, type Failure, type Invocation, type StepRun } from "../model/index.ts";
import { type AttemptPaths, attemptPaths } from "../workspace/paths.ts";
import { linesToEvents } from "./attempt-process.ts";
import { AttemptRecords } from "./attempt-records.ts";
import { callMissedHooks } from "./missed-hooks.ts";
import type { ExecutionSignals, StepExecutor } from "./port.ts";
import { type AttemptEnd, type AttemptWork, release } from "./run-attempt.ts";
import type { RunContext } from "./run-context.ts";
import { withTimeout } from "./timeout.ts";

export interface AdoptionFacts {
  readonly stepRun: StepRun;
  readonly retriesLeft: number;
  readonly signals: ExecutionSignals;
}

/**
 * Takes over an attempt whose orchestrator died: waits for its container, reads what it printed meanwhile, and
 * publishes how it ended. Undefined where the attempt cannot have an end any more; it is recorded as lost then, and has
 * to be made again.
 */
export const adoptAttempt = async (
  context: RunContext,
  invocation: Invocation,
  executor: StepExecutor,
  facts: AdoptionFacts,
): Promise<AttemptEnd | undefined> => {
  const work = await reconstruct(context, invocation, facts);
  const end = work && facts.stepRun.assignedAt !== null ? await adopt(work, executor, facts) : undefined;
  if (end) return { stepRun: facts.stepRun, ...end };
  await executor.discard?.(facts.stepRun.id);
  await recordsOf(context, invocation, facts, work?.paths, work?.assignment).failed(LOST, "stopped");
  return undefined;
};

const LOST: Failure = {
  kind: "lost",
  name: "AttemptLost",
  message:
    "The orchestrator died before this attempt had an end, and nothing of it is left. It is made again.",
  retryable: true,
};

/** An attempt that never began, or that went down with its engine or machine, has had no end. */
const NO_END: ReadonlySet<Failure["kind"]> = new Set(["not_assigned", "lost"]);

const reconstruct = async (
  context: RunContext,
  invocation: Invocation,
  facts: AdoptionFacts,
): Promise<AttemptWork | undefined> => {
  const paths = attemptPaths(context.paths, facts.stepRun);
  const assignment = await readAssignment(paths);
  if (assignment?.stepRunId !== facts.stepRun.id) return undefined;
  return {
    context,
    invocation,
    assignment,
    paths,
    records: recordsOf(context, invocation, facts, paths, assignment),
  };
};

const recordsOf = (
  context: RunContext,
  invocation: Invocation,
  { stepRun, retriesLeft, signals }: AdoptionFacts,
  paths: AttemptPaths | undefined,
  assignment: Assignment | undefined,
): AttemptRecords =>
  new AttemptRecords(context, invocation, {
    stepRun,
    uris: Object.fromEntries(Object.entries(assignment?.outputs ?? {}).map(([name, { uri }]) => [name, uri])),
    logPath: paths?.log ?? "",
    willRetry: () => retriesLeft > 0 && !signals.signal.aborted,
    killSignal: signals.killSignal,
  });

/** Missing, cut off or damaged: the attempt cannot be taken over, which is no reason to lose the run. */
const readAssignment = async (paths: AttemptPaths): Promise<Assignment | undefined> => {
  try {
    return z.parse(Assignment, JSON.parse(await readFile(paths.assignment, "utf8")));
  } catch {
    return undefined;
  }
};

const adopt = async (
  work: AttemptWork,
  executor: StepExecutor,
  { stepRun, signals }: AdoptionFacts,
): Promise<Pick<AttemptEnd, "status" | "released"> | undefined> => {
  const { context, invocation, assignment, paths } = work;
  const log = await adoptStepLog({
    path: paths.log,
    nonce: assignment.nonce,
    masker: context.secrets.masker,
    now: context.now,
    onRecord: linesToEvents(context, invocation),
  });
  const published = Promise.withResolvers<void>();
  const adoption = { invocation, assignment, paths, log, published: published.promise };
  using limit = withTimeout(invocation.timeout, signals);
  limit.begin(secondsLeft(context, invocation, stepRun));
  const end = await executor.adopt?.(adoption, limit.signals);
  if (!end || (end.result.status === "failed" && NO_END.has(end.result.failure.kind))) {
    published.resolve();
    await end?.released;
    await log.end();
    return undefined;
  }
  await log.flushed();
  const released = release(work, end, log);
  const status = await work.records.ended(limit.asEnded(end.result)).finally(published.resolve);
  await callMissedHooks(work, executor, signals);
  return { status, released };
};

/** What ended while nobody listened has this long to tell, so that it is not taken for late. */
const TO_TELL = 5;

/** Of the timeout of an attempt; a clock that was set back gives no more than the whole. */
const secondsLeft = ({ now }: RunContext, { timeout }: Invocation, { assignedAt }: StepRun) => {
  if (timeout === undefined || assignedAt === null) return timeout;
  const left = timeout - (now().getTime() - Date.parse(assignedAt)) / 1000;
  return Math.min(timeout, Math.max(left, TO_TELL));
};
