import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { labelFilter } from "./label-filter.ts";
import type { Cancellable, LeftoverClient } from "./port.ts";
import { asDockerError } from "./request-error.ts";
import { statusCodeOf } from "./request-failure.ts";

/** The port's networks and volumes over dockerode. Absent already is success. */
export const createLeftoverClient = (docker: Dockerode): LeftoverClient => ({
  networks: async (labels, options) => {
    const found = await list("networks", labels, options, (request) => docker.listNetworks(request));
    return found.map(({ Id, Name }) => ({ id: Id, name: Name }));
  },
  removeNetwork: (id, options) =>
    remove("network", id, options, (request) => docker.getNetwork(id).remove(request)),
  volumes: async (labels, options) => {
    const { Volumes } = await list("volumes", labels, options, (request) => docker.listVolumes(request));
    return (Volumes ?? []).map(({ Name }) => ({ name: Name }));
  },
  removeVolume: (name, options) =>
    remove("volume", name, options, (request) => docker.getVolume(name).remove(request)),
});

type Abortable = ReturnType<typeof abortOption>;

const list = async <T>(
  kind: string,
  labels: Readonly<Record<string, string>>,
  { signal }: Cancellable = {},
  request: (options: Abortable & { filters: string }) => Promise<T>,
): Promise<T> => {
  const filters = labelFilter(labels);
  try {
    return await request({ filters: JSON.stringify(filters), ...abortOption(signal) });
  } catch (cause) {
    throw asDockerError(`list ${kind} with`, filters.label.join(", ") || "any label", cause, signal);
  }
};

const remove = async (
  kind: string,
  id: string,
  { signal }: Cancellable = {},
  request: (options: Abortable) => Promise<unknown>,
): Promise<void> => {
  try {
    await request(abortOption(signal));
  } catch (cause) {
    if (statusCodeOf(cause) !== 404) throw asDockerError(`remove ${kind}`, id, cause, signal);
  }
};
