import { json } from "node:stream/consumers";
import type Dockerode from "dockerode";
import * as z from "zod/mini";
import { dialStream } from "./dial-stream.ts";

const WaitAnswer = z.object({
  StatusCode: z.int(),
  Error: z.nullish(z.object({ Message: z.string() })),
});

type WaitAnswer = z.output<typeof WaitAnswer>;

/** `not-running` is met already by a container that exited, and by one that was never started. */
export type WaitCondition = "next-exit" | "not-running" | "removed";

/** The engine is waiting; `answer` settles when it has waited. In an object, so that awaiting this does not await that. */
export interface ArmedWait {
  readonly answer: Promise<WaitAnswer>;
}

/**
 * Asks the engine to wait, and resolves as soon as it does: its headers come when it has begun to. dockerode's own
 * `wait` resolves only at the end, so a start after it could be too early. Nothing but `signal` ends a wait for a
 * container that never starts.
 */
export const armWait = async (
  docker: Dockerode,
  id: string,
  condition: WaitCondition,
  signal?: AbortSignal,
): Promise<ArmedWait> => {
  const request = { method: "POST", path: `/containers/${id}/wait`, query: { condition } } as const;
  const response = await dialStream(docker, request, signal);
  const answer = json(response).then((body) => WaitAnswer.parse(body));
  answer.catch(() => {});
  return { answer };
};
