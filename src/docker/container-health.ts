import type Dockerode from "dockerode";
import * as z from "zod";
import { ContainerRemovedError } from "./container-errors.ts";
import { getJson } from "./get-json.ts";
import type { ContainerHealth } from "./health-port.ts";
import type { Cancellable } from "./port.ts";
import { asDockerError, statusCodeOf } from "./request-error.ts";

/** Podman says '' where there is no check, the engine leaves it out, or says `none`. */
const Inspected = z.object({
  State: z.object({
    Running: z.boolean(),
    Health: z
      .object({
        Status: z.enum(["", "none", "starting", "healthy", "unhealthy"]),
        Log: z.array(z.object({ Output: z.string() })).nullish(),
      })
      .nullish(),
  }),
});

/** See `ContainerClient.health`. */
export const readHealth = async (
  docker: Dockerode,
  id: string,
  { signal }: Cancellable = {},
): Promise<ContainerHealth> => {
  try {
    const { State } = Inspected.parse(
      await getJson(docker, `/containers/${encodeURIComponent(id)}/json`, { signal }),
    );
    const { Status = "none", Log } = State.Health ?? {};
    const status = Status === "" ? "none" : Status;
    return { status, running: State.Running, output: Log?.at(-1)?.Output.trim() ?? "" };
  } catch (cause) {
    if (statusCodeOf(cause) === 404) throw new ContainerRemovedError(id, "someone_else", { cause });
    throw asDockerError("ask for the health of container", id, cause, signal);
  }
};
