import { StepdockError } from "../errors/error.ts";
import type { ContainerSpec } from "./port.ts";
import { asDockerError, DockerRequestError } from "./request-error.ts";
import { engineWords, statusCodeOf } from "./request-failure.ts";
import { type StartFailure, type StartFailureReason, startFailureOf } from "./start-failure.ts";

/**
 * The engine has the image but could not run the container: nothing to run in it, or a mount that it refused.
 * With an init process, what cannot be executed is no such error but an exit with 126 or 127, see `startFailureOf`.
 */
export class ContainerStartError extends StepdockError {
  readonly code = "docker_request_failed";
  /** Undefined where the engine refused already to create it, as it does for a missing bind source. */
  readonly containerId: string | undefined;
  readonly statusCode: number | undefined;
  /** As `docker run` would have ended: 125 a fault before the command, 126 not executable, 127 not found. */
  readonly exitCode: 125 | 126 | 127;
  readonly reason: StartFailureReason;

  constructor(containerId: string | undefined, image: string, failure: StartFailure, cause: unknown) {
    const subject = containerId === undefined ? "A container" : `Container ${containerId.slice(0, 12)}`;
    super(`${subject} of image ${image} could not start: ${failure.explanation} (${engineWords(cause)})`, {
      cause,
    });
    this.containerId = containerId;
    this.statusCode = statusCodeOf(cause);
    this.exitCode = failure.exitCode;
    this.reason = failure.reason;
  }
}

/** It is gone, so how it ended cannot be known. `by` tells whether it was this process that removed it. */
export class ContainerRemovedError extends StepdockError {
  readonly code = "docker_request_failed";
  readonly containerId: string;
  readonly by: "us" | "someone_else";

  constructor(containerId: string, by: "us" | "someone_else", options?: ErrorOptions) {
    super(`Container ${containerId.slice(0, 12)} ${REMOVED[by]}`, options);
    this.containerId = containerId;
    this.by = by;
  }
}

/** It was created and never ran, so it has no end. Where the engine tried to start it, `reason` has its words. */
export class ContainerNotStartedError extends StepdockError {
  readonly code = "docker_request_failed";
  readonly containerId: string;
  readonly reason: string;

  constructor(containerId: string, reason: string) {
    const why = reason === "" ? "was never started" : `could not start (${reason})`;
    super(
      `Container ${containerId.slice(0, 12)} ${why}, so it has no end. Remove it and run its step again.`,
    );
    this.containerId = containerId;
    this.reason = reason;
  }
}

const REMOVED = {
  us: "was disposed before its end was known. Await `ended`, or stop it, before it is disposed.",
  someone_else:
    "was removed by someone else, so how it ended is not known. See who prunes containers on this engine, then run again.",
} as const;

/** The error of a start that failed: `ContainerStartError` where the engine refused, as always where it did not answer. */
export const startError = (id: string, image: string, cause: unknown, signal?: AbortSignal): StepdockError =>
  statusCodeOf(cause) === undefined
    ? asDockerError("start container", id, cause, signal)
    : new ContainerStartError(id, image, startFailureOf(engineWords(cause)), cause);

/** The error of a create that failed. A mount that is refused is told as such: some engines refuse it only at the start. */
export const createError = (spec: ContainerSpec, cause: unknown, signal?: AbortSignal): StepdockError => {
  const failure = startFailureOf(engineWords(cause));
  return failure.reason === "mount"
    ? new ContainerStartError(undefined, spec.image, failure, cause)
    : asDockerError("create a container of image", spec.image, cause, signal);
};

/** The engine went away, or its connection, while the container ran. The container may still be running. */
export const connectionLost = (id: string, cause: unknown): DockerRequestError => {
  const words = "the connection to the engine was lost while it ran";
  return new DockerRequestError("follow container", id, Object.assign(new Error(words, { cause }), LOST));
};

const LOST = { code: "ECONNRESET" };
