import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { inspect } from "node:util";
import Dockerode from "dockerode";
import type { Endpoint } from "./endpoint.ts";

/** A dockerode bound to one endpoint, with its own pool of connections. */
export interface EngineConnection extends Disposable {
  readonly docker: Dockerode;
}

/**
 * docker-modem inspects the options of every request to unlimited depth, also where nobody debugs: through the agent
 * that is everything that its sockets reach, some hundred milliseconds a request. So the agent says no more than its name.
 */
const inspectBriefly = (agent: HttpAgent): void => {
  Object.defineProperty(agent, inspect.custom, { value: () => "[Agent]" });
};

/** Opens nothing yet: the first request connects. Disposing it closes its connections. */
export const openConnection = (endpoint: Endpoint): EngineConnection => {
  const agent = endpoint.tls
    ? new HttpsAgent({ keepAlive: true, ...endpoint.tls })
    : new HttpAgent({ keepAlive: true });
  inspectBriefly(agent);
  const options = { ...NEUTRAL, ...addressOf(endpoint), agent };
  return { docker: new Dockerode(options), [Symbol.dispose]: () => agent.destroy() };
};

/** docker-modem fills every option that is not given from its own look at DOCKER_HOST and its kin. */
const NEUTRAL: Dockerode.DockerOptions & { readonly pathPrefix: string } = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  username: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
  protocol: "http",
  pathPrefix: "/",
};

const addressOf = ({ url, tls }: Endpoint): Dockerode.DockerOptions => {
  const socketPath = /^(?:unix|npipe):\/\/(.*)$/.exec(url)?.[1];
  if (socketPath !== undefined) return { socketPath };
  const { hostname, port, protocol: scheme } = new URL(url);
  const protocol = tls ? "https" : "http";
  // WHATWG URLs drop the port that is the scheme's default: https://host means 443, tcp://host has no default.
  const fallback = scheme === "tcp:" ? (tls ? 2376 : 2375) : scheme === "https:" ? 443 : 80;
  return { protocol, host: `${protocol}://${hostname}`, port: port || fallback };
};
