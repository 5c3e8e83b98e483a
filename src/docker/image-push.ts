import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { isStepdockError } from "../errors/error.ts";
import type { Environment } from "./docker-config.ts";
import { abortOption } from "./get-json.ts";
import { ImageNotFoundError } from "./image-not-found-error.ts";
import { inspectImage } from "./image-record.ts";
import { familiarName, parseReference } from "./image-reference.ts";
import { isAbort } from "./interrupted-error.ts";
import { engineMessages, failureOf } from "./json-messages.ts";
import type { PushedImage, RegistryOptions } from "./port.ts";
import { PushProgress } from "./push-progress.ts";
import { digestInRegistry } from "./registry-digest.ts";
import { RegistryError } from "./registry-error.ts";
import { authFor } from "./registry-login.ts";
import { asDockerError, statusCodeOf } from "./request-error.ts";
import { engineWords, lostEngine } from "./request-failure.ts";

/** `POST /images/{name}/push`. */
export const pushImage = async (
  docker: Dockerode,
  environment: Environment,
  reference: string,
  options: RegistryOptions = {},
): Promise<PushedImage> => {
  const progress = new PushProgress();
  try {
    await sendLayers(docker, environment, { reference, progress }, options);
  } catch (cause) {
    throw pushError(reference, cause, options.signal);
  }
  const { digest, layers } = progress;
  if (digest === undefined) {
    throw new RegistryError("push image", reference, "the engine's answer ended before it told the digest");
  }
  const byDigest = `${parseReference(reference).name}@${digest}`;
  if (await isKnown(docker, reference, digest, options)) return { reference: byDigest, layers };
  // Some engines do not note it: then the registry is asked.
  if ((await digestInRegistry(docker, environment, reference, options)) === digest)
    return { reference: byDigest, layers };
  throw new RegistryError("push image", reference, `it was told to be there as ${digest}, and is not`);
};

const sendLayers = async (
  docker: Dockerode,
  environment: Environment,
  { reference, progress }: { readonly reference: string; readonly progress: PushProgress },
  options: RegistryOptions,
): Promise<void> => {
  const { name, tag = "latest" } = parseReference(reference);
  // An engine refuses a push that presents nothing at all.
  const authconfig = ((await authFor(reference, environment, options)) ?? {}) as Dockerode.AuthConfig;
  const request = { tag, authconfig, ...abortOption(options.signal) };
  const answer = await docker.getImage(name).push(request);
  for await (const message of engineMessages(answer as Readable)) {
    const failure = failureOf(message);
    if (failure !== undefined) throw new Error(failure.message);
    const line = progress.accept(message);
    if (line !== undefined) options.onOutput?.(line);
  }
};

const isKnown = async (
  docker: Dockerode,
  reference: string,
  digest: string,
  { signal }: RegistryOptions,
): Promise<boolean> => {
  const image = await inspectImage(docker, reference, { signal });
  const wanted = `${familiarName(parseReference(reference).name)}@${digest}`;
  return image?.repositoryDigests.some((known) => familiarName(known) === wanted) ?? false;
};

const NOT_HERE = /does not exist locally/i;

const pushError = (reference: string, cause: unknown, signal: AbortSignal | undefined): Error => {
  if (isAbort(cause, signal) || isStepdockError(cause) || lostEngine(cause))
    return asDockerError("push image", reference, cause, signal);
  if (statusCodeOf(cause) === 404 || NOT_HERE.test(engineWords(cause)))
    return new ImageNotFoundError(reference, "absent", cause);
  return new RegistryError("push image", reference, cause);
};
