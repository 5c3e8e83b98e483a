import type Dockerode from "dockerode";
import { listLabelled, removeIfThere } from "./labelled.ts";
import type { VolumeClient } from "./port.ts";

/** The port's volumes over dockerode. */
export const createVolumeClient = (docker: Dockerode): VolumeClient => ({
  list: async (labels, options) => {
    const { Volumes } = await listLabelled("volumes", labels, options, (asked) => docker.listVolumes(asked));
    return (Volumes ?? []).map(({ Name }) => ({ name: Name }));
  },
  remove: (name, options) =>
    removeIfThere("volume", name, options, (asked) => docker.getVolume(name).remove(asked)),
});
