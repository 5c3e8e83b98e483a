import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { isStepdockError } from "../errors/error.ts";
import type { Environment } from "./docker-config.ts";
import { abortOption } from "./get-json.ts";
import { ImageNotFoundError, notFoundReasonOf } from "./image-not-found-error.ts";
import { inspectImage } from "./image-record.ts";
import { pullSource } from "./image-reference.ts";
import { isAbort } from "./interrupted-error.ts";
import { engineMessages, failureOf } from "./json-messages.ts";
import type { ImageRecord, PullOptions } from "./port.ts";
import { PullProgress } from "./pull-progress.ts";
import { authFor } from "./registry-login.ts";
import { asDockerError } from "./request-error.ts";

/** `POST /images/create`, with the credentials that the Docker CLI would send. */
export const pullImage = async (
  docker: Dockerode,
  environment: Environment,
  reference: string,
  options: PullOptions = {},
): Promise<ImageRecord> => {
  try {
    await fetchLayers(docker, environment, reference, options);
  } catch (cause) {
    throw pullError(reference, cause, options.signal);
  }
  const image = await inspectImage(docker, reference, options);
  if (image === undefined) throw new ImageNotFoundError(reference, "absent");
  return image;
};

const fetchLayers = async (
  docker: Dockerode,
  environment: Environment,
  reference: string,
  options: PullOptions,
): Promise<void> => {
  const { signal, onOutput, platform } = options;
  const auth = await authFor(reference, environment, options);
  const answer = await docker.createImage(auth, {
    ...pullSource(reference),
    ...(platform && { platform }),
    ...abortOption(signal),
  });
  const progress = new PullProgress();
  for await (const message of engineMessages(answer as Readable)) {
    const failure = failureOf(message);
    if (failure !== undefined) throw new Error(failure.message);
    const line = progress.lineOf(message);
    if (line !== undefined) onOutput?.(line);
  }
};

const pullError = (reference: string, cause: unknown, signal: AbortSignal | undefined): Error => {
  const ours = isAbort(cause, signal) || isStepdockError(cause);
  const reason = ours ? undefined : notFoundReasonOf(cause);
  return reason === undefined
    ? asDockerError("pull image", reference, cause, signal)
    : new ImageNotFoundError(reference, reason, cause);
};
