import { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import type Dockerode from "dockerode";
import * as z from "zod";
import { abortOption } from "./get-json.ts";

const WaitAnswer = z.object({
  StatusCode: z.int(),
  Error: z.object({ Message: z.string() }).nullish(),
});

type WaitAnswer = z.output<typeof WaitAnswer>;

export type WaitCondition = "next-exit" | "removed";

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
  const response = await dialWait(docker, id, condition, signal);
  const answer = json(response).then((body) => WaitAnswer.parse(body));
  answer.catch(() => {});
  return { answer };
};

const dialWait = (
  docker: Dockerode,
  id: string,
  condition: WaitCondition,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = {
    path: `/containers/${id}/wait?`,
    method: "POST",
    options: { _query: { condition }, _body: {} },
    isStream: true,
    statusCodes: { 200: true },
    ...abortOption(signal),
  };
  docker.modem.dial(request, (error, response) => {
    if (response instanceof IncomingMessage) resolve(response);
    else reject(error ?? new Error("the engine gave no answer that can be read"));
  });
  return promise;
};
