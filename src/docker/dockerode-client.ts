import type { Agent as HttpAgent } from "node:http";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import Dockerode from "dockerode";
import type { Endpoint } from "./endpoint.ts";
import { addressOf as engineAddress } from "./engine-address.ts";
import { http, https } from "./node-http.ts";

/** A dockerode bound to one endpoint, with its own pool of connections. */
export interface EngineConnection extends Disposable {
  readonly docker: Dockerode;
  /** Whether it has sockets, in use or kept. */
  isOpen(): boolean;
  /** Breaks what is under way and whatever is asked for later, as an engine that went away does. */
  cut(reason: string): void;
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
    ? new (https().Agent)({ keepAlive: true, ...endpoint.tls })
    : new (http().Agent)({ keepAlive: true });
  inspectBriefly(agent);
  const sockets = socketsOf(agent);
  const options = { ...NEUTRAL, ...addressOf(endpoint), agent };
  return { docker: new Dockerode(options), ...sockets, [Symbol.dispose]: () => agent.destroy() };
};

/** All that an agent opens: it forgets those that are upgraded, such as one attached to a container. */
const socketsOf = (agent: HttpAgent): Pick<EngineConnection, "isOpen" | "cut"> => {
  const sockets = new Set<Duplex>();
  let lost: Error | undefined;
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    // Told to the one who asks, as a refusal is; what the types call the socket is then nobody's.
    if (lost) return void callback?.(lost, undefined as never);
    const socket = create(options, callback);
    if (socket) sockets.add(socket.once("close", () => sockets.delete(socket)));
    return socket;
  };
  const cut = (reason: string) => {
    lost = Object.assign(new Error(reason), { code: "ETIMEDOUT" });
    for (const socket of sockets) socket.destroy(lost);
  };
  return { isOpen: () => sockets.size > 0, cut };
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

const addressOf = (endpoint: Endpoint): Dockerode.DockerOptions => {
  const address = engineAddress(endpoint);
  if ("socketPath" in address) return address;
  const protocol = endpoint.tls ? "https" : "http";
  return { protocol, host: `${protocol}://${new URL(endpoint.url).hostname}`, port: address.port };
};
