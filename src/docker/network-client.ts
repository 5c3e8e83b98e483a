import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { labelFilter } from "./label-filter.ts";
import { createLeftoverClient } from "./leftover-client.ts";
import type { NetworkClient, NetworkRecord, NetworkSpec } from "./network-port.ts";
import type { Cancellable } from "./port.ts";
import { asDockerError } from "./request-error.ts";

/** The port's networks over dockerode. */
export const createNetworkClient = (docker: Dockerode): NetworkClient => ({
  create: (spec, options) => createNetwork(docker, spec, options),
  list: (labels, options) => listNetworks(docker, labels, options),
  remove: createLeftoverClient(docker).removeNetwork,
});

/** An internal network has the host's own address in it all the same, unless the bridge is given none. */
const WITHOUT_HOST = { "com.docker.network.bridge.inhibit_ipv4": "true" };

const createNetwork = async (
  docker: Dockerode,
  { name, labels, internal }: NetworkSpec,
  { signal }: Cancellable = {},
): Promise<NetworkRecord> => {
  try {
    const { id } = await docker.createNetwork({
      ...{ Name: name, Driver: "bridge", CheckDuplicate: true, Labels: { ...labels }, Internal: internal },
      ...(internal && { Options: WITHOUT_HOST }),
      ...abortOption(signal),
    });
    return { id, name, labels };
  } catch (cause) {
    throw asDockerError("create network", name, cause, signal);
  }
};

export const listNetworks = async (
  docker: Dockerode,
  labels: Readonly<Record<string, string>>,
  { signal }: Cancellable = {},
): Promise<NetworkRecord[]> => {
  const filters = labelFilter(labels);
  try {
    const found = await docker.listNetworks({ filters: JSON.stringify(filters), ...abortOption(signal) });
    return found.map(({ Id, Name, Labels }) => ({ id: Id, name: Name, labels: Labels ?? {} }));
  } catch (cause) {
    throw asDockerError("list networks with", filters.label.join(", ") || "any label", cause, signal);
  }
};
