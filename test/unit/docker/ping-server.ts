import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, ListenOptions } from "node:net";

/** Stands for a second engine on this machine: a real HTTP server that answers `/_ping` and nothing else. */
export const pingServer = async (options: ListenOptions & { tls?: ServerOptions; answer?: string } = {}) => {
  const { tls, answer = "OK", ...where } = options;
  const listener: RequestListener = (request, response) =>
    response.writeHead(request.url === "/_ping" ? 200 : 404).end(answer);
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(where.path ? where : { host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
