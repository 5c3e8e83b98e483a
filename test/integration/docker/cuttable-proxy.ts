import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ENGINE_SOCKET = process.env.DOCKER_HOST?.replace(/^unix:\/\//, "") ?? "/var/run/docker.sock";

/** A socket before the engine's, whose connections can be cut, and which keeps the lines of the requests it saw. */
export class EngineProxy implements AsyncDisposable {
  readonly socketPath = join(tmpdir(), `stepdock-proxy-${process.pid}-${performance.now()}.sock`);
  readonly requestLines: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#forward(client));

  async listen(): Promise<this> {
    await once(this.#server.listen(this.socketPath), "listening");
    return this;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await rm(this.socketPath, { force: true });
  }

  #forward(client: Socket): void {
    const engine = createConnection(ENGINE_SOCKET);
    client.on("data", (bytes) => this.requestLines.push(bytes.toString("latin1").split("\r\n", 1)[0] ?? ""));
    for (const socket of [client, engine]) this.#sockets.add(socket.on("error", () => {}));
    client.pipe(engine).pipe(client);
  }
}
