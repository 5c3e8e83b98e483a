import Dockerode from "dockerode";
import { LABEL } from "../../src/orchestrator/containerized/labels.ts";

const docker = new Dockerode();

/** What the engine still has of a workspace, in words. */
export const leftoversOf = async (workspaceId: string): Promise<string[]> => {
  const filters = { label: [`${LABEL.workspace}=${workspaceId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters: JSON.stringify(filters) });
  const { Volumes: volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) });
  return [
    ...containers.map(
      ({ Id, State, Labels }) => `container ${Id} of ${Labels[LABEL.step]} is left (${State})`,
    ),
    ...networks.map(({ Name }) => `network ${Name} is left`),
    ...(volumes ?? []).map(({ Name }) => `volume ${Name} is left`),
  ];
};
