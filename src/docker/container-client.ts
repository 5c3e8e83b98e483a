import type Dockerode from "dockerode";
import { adoptContainer } from "./container-adoption.ts";
import { readHealth } from "./container-health.ts";
import { createContainer } from "./container-lifecycle.ts";
import { removeContainer } from "./container-removal.ts";
import { watchUsage } from "./container-usage.ts";
import { listContainers } from "./list-containers.ts";
import type { ContainerClient } from "./port.ts";

/** The port's containers over dockerode. */
export const createContainerClient = (docker: Dockerode): ContainerClient => ({
  create: (spec, sink, options) => createContainer(docker, spec, sink, options),
  adopt: (id, sink, options) => adoptContainer(docker, id, sink, options),
  health: (id, options) => readHealth(docker, id, options),
  usage: (id, options) => watchUsage(docker, id, options),
  list: (labels, options) => listContainers(docker, labels, options),
  remove: (id, options) => removeContainer(docker, id, options?.signal),
});
