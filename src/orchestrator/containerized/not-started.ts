import { ContainerStartError } from "../../docker/container-errors.ts";
import { DockerRequestError } from "../../docker/request-error.ts";
import type { StepEnd } from "../../step-launcher/port.ts";
import { type Attempt, failedBefore } from "./attempt-end.ts";

/**
 * How an attempt at a container step ended whose container the engine refused to make or to start, where that is the
 * step's own fault: no command, or one that is not there. Throws every other error as it is, and every one of another
 * step, whose container is of our making.
 */
export const notStarted = (error: unknown, attempt: Pick<Attempt, "assignment" | "invocation">): StepEnd => {
  const fault = attempt.invocation.container ? faultOf(error) : undefined;
  if (!fault) throw error;
  const failure = { kind: "not_started", name: "NotStarted", retryable: false } as const;
  return failedBefore(attempt, { ...failure, ...fault });
};

const faultOf = (error: unknown): { message: string; exitCode?: number } | undefined => {
  if (error instanceof ContainerStartError && OF_THE_COMMAND.has(error.reason)) {
    return { message: error.message, exitCode: error.exitCode };
  }
  if (error instanceof DockerRequestError && error.statusCode === 400) {
    return { message: /no command specified/i.test(error.message) ? NO_COMMAND : error.message };
  }
  return undefined;
};

const OF_THE_COMMAND: ReadonlySet<string> = new Set(["not_found", "not_executable", "exec_format"]);

const NO_COMMAND =
  'The step has no `command`, and its image has none of its own. Give it one: `command: ["python", "train.py"]`.';
