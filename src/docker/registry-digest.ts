import type Dockerode from "dockerode";
import * as z from "zod/mini";
import { isStepdockError } from "../errors/error.ts";
import type { Environment } from "./docker-config.ts";
import { getJson } from "./get-json.ts";
import { inspectableReference } from "./image-reference.ts";
import { isAbort } from "./interrupted-error.ts";
import type { RegistryOptions } from "./port.ts";
import { RegistryError, type RegistryRefusal } from "./registry-error.ts";
import { authFor } from "./registry-login.ts";
import { asDockerError, statusCodeOf } from "./request-error.ts";
import { lostEngine } from "./request-failure.ts";

/** Registries that make a repository at the first push say of one that is not there yet that it is not for you. */
const MAY_BE_ABSENT: ReadonlySet<RegistryRefusal> = new Set(["denied", "name_unknown"]);

const Distribution = z.object({ Descriptor: z.object({ digest: z.string() }) });

/**
 * `GET /distribution/{name}/json`: the digest of an image in its registry, undefined where the registry has none. It is
 * the engine that asks, so that names, authorities and proxies are those that its pushes and pulls have.
 */
export const digestInRegistry = async (
  docker: Dockerode,
  environment: Environment,
  reference: string,
  options: RegistryOptions = {},
): Promise<string | undefined> => {
  const { signal } = options;
  try {
    const authconfig = await authFor(reference, environment, options);
    const path = encodeURI(`/distribution/${inspectableReference(reference)}/json`);
    return Distribution.parse(await getJson(docker, path, { signal, authconfig })).Descriptor.digest;
  } catch (cause) {
    if (isAbort(cause, signal) || isStepdockError(cause) || lostEngine(cause))
      throw asDockerError("look up image", reference, cause, signal);
    if (statusCodeOf(cause) === 404) return undefined;
    const refusal = new RegistryError("look up image", reference, cause);
    if (MAY_BE_ABSENT.has(refusal.reason)) return undefined;
    throw refusal;
  }
};
