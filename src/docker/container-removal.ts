import type Dockerode from "dockerode";
import { armWait } from "./container-wait.ts";
import { abortOption } from "./get-json.ts";
import { asDockerError } from "./request-error.ts";
import { engineWords, statusCodeOf } from "./request-failure.ts";

/**
 * Kills the container if it runs, removes it with its anonymous volumes, and resolves when it is gone. Gone already is
 * success; being removed by another is waited for, so that names and mounts are free afterwards.
 */
export const removeContainer = async (docker: Dockerode, id: string, signal?: AbortSignal): Promise<void> => {
  try {
    await docker.getContainer(id).remove({ force: true, v: true, ...abortOption(signal) });
  } catch (cause) {
    if (statusCodeOf(cause) === 404) return;
    if (!isBeingRemoved(cause)) throw asDockerError("remove container", id, cause, signal);
    await untilRemoved(docker, id, signal);
  }
};

const isBeingRemoved = (cause: unknown): boolean =>
  statusCodeOf(cause) === 409 && /already in progress/.test(engineWords(cause));

const untilRemoved = async (docker: Dockerode, id: string, signal?: AbortSignal): Promise<void> => {
  try {
    const { answer } = await armWait(docker, id, "removed", signal);
    const { Error: failure } = await answer;
    if (failure) throw new Error(failure.Message);
  } catch (cause) {
    if (statusCodeOf(cause) !== 404) throw asDockerError("remove container", id, cause, signal);
  }
};
