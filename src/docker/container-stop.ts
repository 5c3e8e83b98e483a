import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import type { StartedContainer } from "./port.ts";
import { asDockerError } from "./request-error.ts";
import { statusCodeOf } from "./request-failure.ts";

/** 304: stopped already. 404: gone. 409: not running. All of them are what was wanted. */
const ENDED_ALREADY: readonly (number | undefined)[] = [304, 404, 409];

/** `stop` and `kill` of a started container. */
export const stopperOf = (docker: Dockerode, id: string): Pick<StartedContainer, "stop" | "kill"> => {
  const container = docker.getContainer(id);
  return {
    stop: async (graceSeconds, { signal } = {}) => {
      const request = { t: Math.ceil(graceSeconds), ...abortOption(signal) };
      await unlessEnded("stop container", id, container.stop(request), signal);
    },
    kill: async (name = "SIGKILL", { signal } = {}) => {
      const request = { signal: name, ...abortOption(signal) };
      await unlessEnded("kill container", id, container.kill(request), signal);
    },
  };
};

/** `resize` of a started container. */
export const resizerOf =
  (docker: Dockerode, id: string): StartedContainer["resize"] =>
  async (columns, rows) => {
    const request = docker.getContainer(id).resize({ w: columns, h: rows });
    await unlessEnded("resize the terminal of container", id, request, undefined);
  };

const unlessEnded = async (
  operation: string,
  id: string,
  request: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> => {
  try {
    await request;
  } catch (cause) {
    if (!ENDED_ALREADY.includes(statusCodeOf(cause))) throw asDockerError(operation, id, cause, signal);
  }
};
