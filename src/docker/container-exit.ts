import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { ContainerRemovedError, connectionLost } from "./container-errors.ts";
import type { ArmedWait } from "./container-wait.ts";
import { demultiplex, FrameError, type FrameSink } from "./demultiplexer.ts";
import type { ExitState, OutputSink } from "./port.ts";
import { asDockerError, DockerRequestError, statusCodeOf } from "./request-error.ts";

/**
 * Hands all that a container prints to the sink and resolves at the end of the stream. Rejects with what the sink
 * threw, with "connection lost", or with `DockerRequestError` for bytes that are not the engine's framing.
 */
export const drainOutput = async (id: string, output: Readable, sink: FrameSink): Promise<void> => {
  try {
    await demultiplex(chunksOf(id, output), sink);
  } catch (cause) {
    throw cause instanceof FrameError
      ? new DockerRequestError("read the output of container", id, cause)
      : cause;
  }
};

/** The same for a container with a terminal, whose output is not framed. */
export const drainTerminal = async (id: string, output: Readable, sink: OutputSink): Promise<void> => {
  for await (const chunk of chunksOf(id, output)) await sink.write("stdout", chunk);
};

/** Only here can an error of the connection be told from one of the sink. */
async function* chunksOf(id: string, output: Readable): AsyncGenerator<Buffer> {
  try {
    yield* output;
  } catch (cause) {
    throw connectionLost(id, cause);
  }
}

/** The status that it exited with, as the armed wait tells it. */
export const untilExit = async (id: string, { answer }: ArmedWait): Promise<number> => {
  const { Error: failure, StatusCode: status } = await answer.catch((cause: unknown) => {
    throw connectionLost(id, cause);
  });
  if (failure) throw new DockerRequestError("wait for container", id, new Error(failure.Message));
  return status;
};

/** How the container ended. Rejects with `ContainerRemovedError` where it is gone, or on its way. */
export const readExitState = async (docker: Dockerode, id: string): Promise<ExitState> => {
  const { State } = await inspect(docker, id);
  if (State.Status === "removing" || State.Dead) throw new ContainerRemovedError(id, "someone_else");
  return {
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error,
    ...ranFor(State),
  };
};

/** A container that never ran has the year 1 as its start. */
const ranFor = ({ StartedAt, FinishedAt }: Dockerode.ContainerInspectInfo["State"]) => {
  const [started, finished] = [Date.parse(StartedAt), Date.parse(FinishedAt)];
  return started > 0 && finished >= started ? { ranSeconds: (finished - started) / 1000 } : {};
};

const inspect = async (docker: Dockerode, id: string): Promise<Dockerode.ContainerInspectInfo> => {
  try {
    return await docker.getContainer(id).inspect();
  } catch (cause) {
    if (statusCodeOf(cause) === 404) throw new ContainerRemovedError(id, "someone_else", { cause });
    throw asDockerError("inspect container", id, cause);
  }
};
