import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { BuildOutput } from "./build-output.ts";
import { abortOption } from "./get-json.ts";
import { ImageBuildError } from "./image-build-error.ts";
import { inspectImage } from "./image-record.ts";
import { isAbort } from "./interrupted-error.ts";
import { engineMessages, failureOf } from "./json-messages.ts";
import type { BuildOptions, BuildRequest, ImageRecord } from "./port.ts";
import { asDockerError, statusCodeOf } from "./request-error.ts";
import { sendingBody } from "./sent-body.ts";

/** `POST /build` with the engine's own builder. The context is closed whatever comes. */
export const buildImage = async (
  docker: Dockerode,
  request: BuildRequest,
  { signal, onOutput }: BuildOptions = {},
): Promise<ImageRecord> => {
  const output = new BuildOutput(onOutput);
  try {
    await sendingBody(request.context, () => runBuild(docker, request, output, signal));
  } catch (cause) {
    throw buildError(request.tag, output, cause, signal);
  }
  const image = await inspectImage(docker, output.imageId ?? request.tag, { signal });
  if (image !== undefined) return image;
  throw new ImageBuildError(request.tag, output, "the image was removed as soon as it was built");
};

const runBuild = async (
  docker: Dockerode,
  request: BuildRequest,
  output: BuildOutput,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const answer = await docker.buildImage(request.context, { ...queryOf(request), ...abortOption(signal) });
  for await (const message of engineMessages(answer as Readable)) {
    output.accept(message);
    const failure = failureOf(message);
    if (failure === undefined) continue;
    output.end();
    throw new ImageBuildError(request.tag, output, failure.message, failure.code);
  }
  output.end();
  if (output.imageId === undefined) throw new Error("the engine's answer ended without an image");
};

/** Containers of instructions are removed also when one fails: they would be found by nobody. */
const queryOf = (request: BuildRequest): Dockerode.ImageBuildOptions => ({
  t: request.tag,
  dockerfile: request.dockerfile,
  labels: { ...request.labels },
  rm: true,
  forcerm: true,
  ...(request.buildArgs && { buildargs: { ...request.buildArgs } }),
  ...(request.platform && { platform: request.platform }),
  ...(request.target && { target: request.target }),
  ...(request.noCache && { nocache: true }),
  ...(request.networkMode && { networkmode: request.networkMode }),
});

const buildError = (
  tag: string,
  output: BuildOutput,
  cause: unknown,
  signal: AbortSignal | undefined,
): Error => {
  const isAnswer = statusCodeOf(cause) !== undefined && !isAbort(cause, signal);
  return isAnswer
    ? new ImageBuildError(tag, output, cause)
    : asDockerError("build image", tag, cause, signal);
};
