import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { listLabelled, removeIfThere } from "./labelled.ts";
import type { Cancellable, NetworkClient, NetworkRecord, NetworkSpec } from "./port.ts";
import { asDockerError } from "./request-error.ts";

/** The port's networks over dockerode. */
export const createNetworkClient = (docker: Dockerode): NetworkClient => ({
  create: (spec, options) => createNetwork(docker, spec, options),
  list: (labels, options) => listNetworks(docker, labels, options),
  remove: (id, options) =>
    removeIfThere("network", id, options, (asked) => docker.getNetwork(id).remove(asked)),
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
  options?: Cancellable,
): Promise<NetworkRecord[]> => {
  const found = await listLabelled("networks", labels, options, (asked) => docker.listNetworks(asked));
  return found.map(({ Id, Name, Labels }) => ({ id: Id, name: Name, labels: Labels ?? {} }));
};
