import { createContainerClient } from "./container-client.ts";
import type { Environment } from "./docker-config.ts";
import type { EngineConnection } from "./dockerode-client.ts";
import { readEngineInfo } from "./engine-info.ts";
import { createImageClient } from "./image-client.ts";
import { createNetworkClient } from "./network-client.ts";
import type { ContainerEngine } from "./port.ts";
import { createVolumeClient } from "./volume-client.ts";

/** The port's engine over one connection, which it owns from here on. `environment` is where pulls find credentials. */
export const createEngine = (
  connection: EngineConnection,
  endpoint: string,
  environment: Environment,
): ContainerEngine => ({
  endpoint,
  images: createImageClient(connection.docker, environment),
  containers: createContainerClient(connection.docker),
  networks: createNetworkClient(connection.docker),
  volumes: createVolumeClient(connection.docker),
  info: (options) => readEngineInfo(connection.docker, endpoint, options),
  [Symbol.asyncDispose]: async () => connection[Symbol.dispose](),
});
