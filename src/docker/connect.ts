import type { Environment } from "./docker-config.ts";
import { ENDPOINT_STRATEGIES, type EndpointStrategy } from "./endpoint-strategies.ts";
import { patienceOf } from "./engine-patience.ts";
import { type EngineReader, openReader } from "./engine-reader.ts";
import { type EngineAttempt, EngineUnavailableError } from "./engine-unavailable-error.ts";
import { getJson } from "./get-json.ts";
import { InterruptedError } from "./interrupted-error.ts";
import { lazyEngine } from "./lazy-engine.ts";
import { PING_SECONDS } from "./ping-failure.ts";
import type { Cancellable, ContainerEngine } from "./port.ts";
import { DockerRequestError } from "./request-error.ts";

export interface ConnectOptions extends Cancellable {
  /** Where settings are looked up; the process's own by default. */
  readonly environment?: Environment;
}

/**
 * Finds a container engine and proves it with a ping: `DOCKER_HOST`, the current Docker context, then the sockets
 * of Docker, rootless Docker, Docker Desktop, Podman and Colima. An engine that the user named is the only one tried.
 * Rejects with `EngineUnavailableError` where none answers, `DockerSettingsError` where a setting cannot be followed.
 */
export const connectEngine = (options: ConnectOptions = {}): Promise<ContainerEngine> =>
  connectFirst(ENDPOINT_STRATEGIES, options);

/** `connectEngine` with strategies of one's own. */
export const connectFirst = async (
  strategies: readonly EndpointStrategy[],
  { environment = process.env, signal }: ConnectOptions = {},
): Promise<ContainerEngine> => {
  const patience = patienceOf(environment);
  const tried: EngineAttempt[] = [];
  for (const strategy of strategies) {
    const endpoint = await strategy(environment);
    if (endpoint === undefined) continue;
    const reader = openReader(endpoint, patience);
    try {
      await ping(reader, signal);
      return lazyEngine({ endpoint, environment, patience, reader });
    } catch (cause) {
      reader[Symbol.dispose]();
      if (signal?.aborted) throw new InterruptedError("answer at", endpoint.url, { cause });
      tried.push({ source: endpoint.source, endpoint: endpoint.url, cause });
      if (endpoint.explicit) throw new EngineUnavailableError(tried, endpoint);
    }
  }
  throw new EngineUnavailableError(tried);
};

/** It takes two pings that are not answered, as the first may find this process itself to have stood still. */
const ping = async (reader: EngineReader, signal: AbortSignal | undefined): Promise<void> => {
  try {
    await pingOnce(reader, signal);
  } catch (cause) {
    if ((cause as Error).name !== "TimeoutError" || signal?.aborted) throw cause;
    await pingOnce(reader, signal);
  }
};

const pingOnce = async ({ docker }: EngineReader, signal: AbortSignal | undefined): Promise<void> => {
  const limit = AbortSignal.timeout(PING_SECONDS * 1000);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    const answer = await getJson(docker, "/_ping", { signal: either });
    if (String(answer) !== "OK")
      throw new DockerRequestError("answer", "a ping", "what answers is no engine");
  } catch (cause) {
    throw limit.aborted ? limit.reason : cause;
  }
};
