import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { ContainerRemovedError } from "./container-errors.ts";
import { drainOutput, untilExit } from "./container-exit.ts";
import { openLogs } from "./container-logs.ts";
import { armWait } from "./container-wait.ts";
import { FrameError } from "./demultiplexer.ts";
import { LoggedOutput } from "./logged-output.ts";
import type { ReplayedSink } from "./replayed-sink.ts";
import { asDockerError, DockerRequestError, statusCodeOf } from "./request-error.ts";

/** The connections to an adopted container that runs. */
export interface LiveLinks {
  /** Its log, followed. */
  readonly log: Readable;
  readonly exited: Promise<number>;
}

/** Aborting `signal` cuts them, at whatever time. */
export const openLiveLinks = async (
  docker: Dockerode,
  id: string,
  signal: AbortSignal,
): Promise<LiveLinks> => {
  const wait = await armWait(docker, id, "not-running", signal);
  const exited = untilExit(id, wait);
  exited.catch(() => {});
  return { log: await openLogs(docker, id, true, signal), exited };
};

/**
 * Gives the sink what is printed as it comes, and resolves at the exit. That may be less than all: a followed log may
 * end early, fail or hang, so the exit ends it, and what it lacks is for `readWholeLog` to give.
 */
export const followToExit = async (
  id: string,
  { log, exited }: LiveLinks,
  sink: ReplayedSink,
): Promise<void> => {
  const followed = drainOutput(id, log, new LoggedOutput(sink)).catch(unless(isEnginesFault));
  followed.catch(() => {});
  try {
    await Promise.race([exited, followed.then(() => exited)]);
  } finally {
    log.destroy();
  }
  await followed.catch(unless(isRequestError));
};

/** Reads the log of a container that runs no more, from its beginning to its end. */
export const readWholeLog = async (
  { docker, id }: { readonly docker: Dockerode; readonly id: string },
  sink: ReplayedSink,
  signal: AbortSignal,
): Promise<void> => {
  sink.rewind();
  const output = new LoggedOutput(sink);
  const log = await openLogs(docker, id, false, signal).catch((cause: unknown) => {
    if (statusCodeOf(cause) === 404 || statusCodeOf(cause) === 409)
      throw new ContainerRemovedError(id, "someone_else", { cause });
    throw asDockerError("read the log of container", id, cause);
  });
  await drainOutput(id, log, output);
  await output.end();
};

const unless =
  (isHarmless: (cause: unknown) => boolean) =>
  (cause: unknown): void => {
    if (!isHarmless(cause)) throw cause;
  };

const isRequestError = (cause: unknown): boolean => cause instanceof DockerRequestError;

/** Docker 20.10 may trip over a message that it is just writing. The log is read again anyway. */
const isEnginesFault = (cause: unknown): boolean =>
  cause instanceof DockerRequestError && cause.cause instanceof FrameError;
