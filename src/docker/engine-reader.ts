import type { IncomingMessage, RequestOptions } from "node:http";
import { text } from "node:stream/consumers";
import type Dockerode from "dockerode";
import type { Endpoint } from "./endpoint.ts";
import { addressOf } from "./engine-address.ts";
import { http, https } from "./node-http.ts";

/** What dockerode is asked by those who only read: so they can be served without it, which takes 100 ms to load. */
export interface EngineReader extends Disposable {
  readonly docker: Dockerode;
}

interface Dial {
  readonly path: string;
  readonly abortSignal?: AbortSignal;
}

interface ListOptions {
  readonly all?: boolean;
  readonly filters?: string;
  readonly abortSignal?: AbortSignal;
}

/**
 * GET requests over Node's own client, in the place of a dockerode. An engine that does not answer one within `patience`
 * seconds counts as gone.
 */
export const openReader = (endpoint: Endpoint, patience: number): EngineReader => {
  const { Agent } = endpoint.tls ? https() : http();
  const agent = new Agent({ keepAlive: true });
  // A server's name is for TLS alone, and to find out whether it is an address compiles two large expressions.
  const options = { ...addressOf(endpoint), ...(endpoint.tls ?? { servername: "" }), agent };
  const get = (path: string, signal?: AbortSignal) =>
    getPatiently({ ...options, path }, { patience, signal });
  const list = (path: string, { all, filters, abortSignal }: ListOptions) =>
    get(
      `${path}?${new URLSearchParams({ ...(all && { all: "1" }), ...(filters && { filters }) })}`,
      abortSignal,
    );
  const reads = {
    modem: {
      dial: ({ path, abortSignal }: Dial, callback: (error: unknown, answer?: unknown) => void) =>
        void get(path, abortSignal).then((answer) => callback(null, answer), callback),
    },
    listImages: (asked: ListOptions) => list("/images/json", asked),
    listNetworks: (asked: ListOptions) => list("/networks", asked),
    listContainers: (asked: ListOptions) => list("/containers/json", asked),
  };
  return { docker: reads as unknown as Dockerode, [Symbol.dispose]: () => agent.destroy() };
};

const getPatiently = async (
  options: RequestOptions,
  { patience, signal }: { readonly patience: number; readonly signal: AbortSignal | undefined },
): Promise<unknown> => {
  const limit = AbortSignal.timeout(patience * 1000);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    return await get({ ...options, signal: either });
  } catch (cause) {
    if (signal?.aborted || !limit.aborted) throw cause;
    throw Object.assign(new Error(`the engine has not answered for ${patience} s`), { code: "ETIMEDOUT" });
  }
};

const get = async (options: RequestOptions): Promise<unknown> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { request } = options.protocol === "https:" ? https() : http();
  request(options, resolve).on("error", reject).end();
  const answer = await promise;
  const body = await text(answer);
  const { statusCode = 0, statusMessage = "" } = answer;
  const value = parsed(body);
  if (statusCode === 200) return value;
  throw Object.assign(new Error(reasonOf(value) || statusMessage), { statusCode });
};

/** As dockerode does: what is no JSON is given as it is. */
const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

const reasonOf = (value: unknown): string => {
  const message = (value as { message?: unknown } | null)?.message ?? value;
  return typeof message === "string" ? message : "";
};
