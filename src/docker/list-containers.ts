import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { labelFilter } from "./label-filter.ts";
import type { Cancellable, ContainerRecord } from "./port.ts";
import { asDockerError } from "./request-error.ts";

/** All containers with these labels, running or not. */
export const listContainers = async (
  docker: Dockerode,
  labels: Readonly<Record<string, string>>,
  { signal }: Cancellable = {},
): Promise<ContainerRecord[]> => {
  const filters = labelFilter(labels);
  try {
    const request = { all: true, filters: JSON.stringify(filters), ...abortOption(signal) };
    return (await docker.listContainers(request)).map(recordOf);
  } catch (cause) {
    throw asDockerError("list containers with", filters.label.join(", ") || "any label", cause, signal);
  }
};

const recordOf = (info: Dockerode.ContainerInfo): ContainerRecord => ({
  id: info.Id,
  name: info.Names[0]?.replace(/^\//, "") ?? "",
  image: info.Image,
  state: info.State,
  labels: info.Labels,
  createdAt: new Date(info.Created * 1000).toISOString(),
});
