import type Dockerode from "dockerode";
import { listLabelled } from "./labelled.ts";
import type { Cancellable, ContainerRecord } from "./port.ts";

/** All containers with these labels, running or not. */
export const listContainers = async (
  docker: Dockerode,
  labels: Readonly<Record<string, string>>,
  options?: Cancellable,
): Promise<ContainerRecord[]> => {
  const found = await listLabelled("containers", labels, options, (asked) =>
    docker.listContainers({ all: true, ...asked }),
  );
  return found.map(recordOf);
};

const recordOf = (info: Dockerode.ContainerInfo): ContainerRecord => ({
  id: info.Id,
  name: info.Names[0]?.replace(/^\//, "") ?? "",
  image: info.Image,
  state: info.State,
  labels: info.Labels,
  createdAt: new Date(info.Created * 1000).toISOString(),
});
