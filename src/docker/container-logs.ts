import type { IncomingMessage } from "node:http";
import type Dockerode from "dockerode";
import { dialStream } from "./dial-stream.ts";

/**
 * What the engine kept of a container's output, from the beginning, one frame a message, each with its time before it:
 * see `LoggedOutput`, which takes that off. With `follow` it goes on while the container runs, and cannot be trusted to
 * be whole: Docker 20.10 ends it early, or never (measured: of 80 containers 42, each but for their last bytes).
 */
export const openLogs = (
  docker: Dockerode,
  id: string,
  follow: boolean,
  signal: AbortSignal,
): Promise<IncomingMessage> => {
  const query = { stdout: 1, stderr: 1, timestamps: 1, follow: follow ? 1 : 0 };
  return dialStream(docker, { method: "GET", path: `/containers/${id}/logs`, query }, signal);
};
