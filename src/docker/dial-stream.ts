import type { IncomingMessage } from "node:http";
import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { http } from "./node-http.ts";

/** What to ask of the engine. */
export interface StreamRequest {
  readonly method: "GET" | "POST";
  /** Without a query: `/containers/ID/logs`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
}

/**
 * Resolves with the answer as soon as its headers are in, its body yet to be read; `signal` ends the body as well.
 * dockerode's own calls resolve only when the body is whole, and keep it in memory.
 */
export const dialStream = (
  docker: Dockerode,
  { method, path, query }: StreamRequest,
  signal?: AbortSignal,
): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = {
    path: `${path}?`,
    method,
    options: { _query: query, _body: {} },
    isStream: true,
    statusCodes: { 200: true },
    ...abortOption(signal),
  };
  docker.modem.dial(request, (error, response) => {
    if (response instanceof http().IncomingMessage) resolve(response);
    else reject(error ?? new Error("the engine gave no answer that can be read"));
  });
  return promise;
};
