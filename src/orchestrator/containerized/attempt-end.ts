import type { ExitState, StartedContainer } from "../../docker/port.ts";
import type { Invocation, StepResult } from "../../model/index.ts";
import type { StepAdoption, StepEnd, StepExecution } from "../../step-launcher/port.ts";
import { withHints } from "./hints.ts";
import { readResult } from "./read-result.ts";

/** A container that was told what to do, by this process or by one that died. */
export type Running = Pick<StartedContainer, "ended" | "stop" | "kill">;
export type Attempt = Pick<StepExecution, "invocation" | "assignment" | "paths" | "log" | "published">;

/** What a container reported that somebody removed meanwhile. Without a frame, the file itself has to do. */
export const collect = async ({ assignment, paths }: StepAdoption): Promise<StepEnd | undefined> => {
  const reported = await readResult(paths.exchange, { stepRunId: assignment.stepRunId });
  if (!("result" in reported)) return undefined;
  return { result: reported.result, released: Promise.resolve({ exitCode: null, warnings: [] }) };
};

/** The reported result as soon as its frame is in; undefined if the container ended without a usable one. */
export const firstOf = async (execution: Attempt, started: Running): Promise<StepResult | undefined> => {
  const sha256 = await Promise.race([execution.log.frame, started.ended.then(() => undefined)]);
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

export const neverStarted = ({ assignment }: StepExecution): StepEnd => ({
  result: {
    formatVersion: 1,
    stepRunId: assignment.stepRunId,
    status: "failed",
    failure: {
      kind: "stopped",
      name: "StepStopped",
      message: "The step was stopped before it began.",
      retryable: true,
    },
  },
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
