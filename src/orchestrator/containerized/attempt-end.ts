import { ContainerRemovedError, ContainerStartError } from "../../docker/container-errors.ts";
import type { ExitState, StartedContainer } from "../../docker/port.ts";
import type { Failure, Invocation, StepResult } from "../../model/index.ts";
import type { ExecutionSignals, StepAdoption, StepEnd, StepExecution } from "../../step-launcher/port.ts";
import { withHints } from "./hints.ts";
import { readResult } from "./read-result.ts";

/** A container that was told what to do, by this process or by one that died. */
export type Running = Pick<StartedContainer, "id" | "ended" | "stop" | "kill">;
export type Attempt = Pick<StepExecution, "invocation" | "assignment" | "paths" | "log" | "published">;

/** What a container reported that somebody removed meanwhile. Without a frame, the file itself has to do. */
export const collect = async ({
  assignment,
  paths,
}: Pick<StepAdoption, "assignment" | "paths">): Promise<StepEnd | undefined> => {
  const reported = await readResult(paths.exchange, { stepRunId: assignment.stepRunId });
  if (!("result" in reported)) return undefined;
  return { result: reported.result, released: Promise.resolve({ exitCode: null, warnings: [] }) };
};

/**
 * How an attempt ended whose container somebody else removed, while it ran or before it was started: by what it had
 * reported, else it has failed. Throws every other error as it is.
 */
export const afterRemoval = async (error: unknown, attempt: Attempt): Promise<StepEnd> => {
  if (!isRemovedByOthers(error)) throw error;
  const { stepRunId } = attempt.assignment;
  const failure = { kind: "removed", name: "ContainerRemoved", message: REMOVED, retryable: true } as const;
  return (
    (await collect(attempt)) ?? {
      result: { formatVersion: 1, stepRunId, status: "failed", failure },
      released: Promise.resolve({ exitCode: null, warnings: [] }),
    }
  );
};

const isRemovedByOthers = (error: unknown): boolean =>
  (error instanceof ContainerRemovedError && error.by === "someone_else") ||
  // Not each 404: an engine that has no such network says that with one, too.
  (error instanceof ContainerStartError &&
    error.statusCode === 404 &&
    /no such container/i.test(error.message));

const REMOVED =
  "The step's container was removed by someone else while it was needed, so what it did is not known. See who removes " +
  "containers on this engine (`docker rm`, `docker container prune`), then run again.";

/**
 * How an attempt ended while no orchestrator lived. One that was killed may have been so with the engine, or the whole
 * machine, which is no end of its step's: it is lost.
 */
export const asUnwatched = (end: StepEnd): StepEnd => {
  const { result } = end;
  if (result.status === "completed" || !isLikeEnginesEnd(result.failure)) return end;
  return { ...end, result: { ...result, failure: { ...result.failure, kind: "lost" } } };
};

/** An engine that ends sends SIGTERM, then SIGKILL; one that comes back after a loss of power notes 255. */
const isLikeEnginesEnd = ({ kind, name, exitCode }: Failure): boolean =>
  kind === "signal" && (name === "SIGTERM" || name === "SIGKILL" || exitCode === 255);

/** A step that was asked to end, though not by us, was not stopped: it has failed, and may be tried again. */
export const asAsked = (
  result: StepResult,
  { signal }: ExecutionSignals,
  message: string = NOT_BY_US,
): StepResult =>
  result.status === "failed" && result.failure.kind === "stopped" && !signal.aborted
    ? { ...result, failure: { ...result.failure, kind: "signal", name: "SIGTERM", message } }
    : result;

const NOT_BY_US =
  "The step was asked to end (SIGTERM), though not by stepdock: somebody stopped its container (`docker stop`), or its " +
  "engine ended. Run again.";

/** The reported result as soon as its frame is in; undefined if the container ended without a usable one. */
export const firstOf = async (execution: Attempt, started: Running): Promise<StepResult | undefined> => {
  // Whoever listens is told what the step printed before how it ended.
  const ended = started.ended.then(() => execution.log.caughtUp());
  const sha256 = await Promise.race([execution.log.frame, ended.then(() => undefined)]);
  if (sha256 === undefined) return undefined;
  const { stepRunId } = execution.assignment;
  const reported = await readResult(execution.paths.exchange, { sha256, stepRunId });
  return "result" in reported ? reported.result : damaged(stepRunId, reported.problem);
};

const damaged = (stepRunId: string, problem: string): StepResult => ({
  formatVersion: 1,
  stepRunId,
  status: "failed",
  failure: { kind: "internal", name: "ResultDamaged", message: problem, retryable: true },
});

export const neverStarted = (execution: StepExecution): StepEnd =>
  failedBefore(execution, {
    kind: "stopped",
    name: "StepStopped",
    message: "The step was stopped before it began.",
    retryable: true,
  });

/** It was granted more, after it had failed for want of it, than there is. */
export const neverFitting = (execution: StepExecution, excess: string): StepEnd =>
  failedBefore(execution, {
    kind: "not_started",
    name: "ResourcesExceeded",
    message: `${excess} It was not tried again. Lower \`memoryFactor\` or \`settings.resources\`, or give the engine more.`,
    retryable: false,
  });

/** An attempt that failed before anything of it ran. */
export const failedBefore = (
  { assignment: { stepRunId } }: Pick<Attempt, "assignment">,
  failure: Failure,
): StepEnd => ({
  result: { formatVersion: 1, stepRunId, status: "failed", failure },
  released: Promise.resolve({ exitCode: null, warnings: [] }),
});

export const withFailureHints = (
  result: Extract<StepResult, { status: "failed" }>,
  invocation: Invocation,
): StepResult => ({
  ...result,
  failure: withHints(result.failure, invocation),
});

/** The outcome stands; what was wrong with the exit is told all the same. */
export const lateWarnings = (exit: ExitState, result: StepResult): string[] => [
  ...(result.status === "completed" && exit.exitCode !== 0
    ? [`The step completed, but its process then ended with exit code ${exit.exitCode}.`]
    : []),
  ...(exit.oomKilled && exit.exitCode !== 137
    ? [
        "The kernel killed a process that the step had started, since its container used more memory than it may.",
      ]
    : []),
];
