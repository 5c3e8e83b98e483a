import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Dockerode from "dockerode";
import { beforeAll, expect, test } from "vitest";
import { createContainerClient } from "../../../src/docker/container-client.ts";
import { DockerRequestError } from "../../../src/docker/request-error.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { containers, docker, shell, Transcript, uniqueLabels } from "./container-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

const ENGINE_SOCKET = process.env.DOCKER_HOST?.replace(/^unix:\/\//, "") ?? "/var/run/docker.sock";

/** A socket before the engine's, whose connections can be cut, and which keeps the lines of the requests it saw. */
class EngineProxy implements AsyncDisposable {
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

test("an engine that goes away while the container runs is told as such", async () => {
  await using proxy = await new EngineProxy().listen();
  const client = createContainerClient(new Dockerode({ socketPath: proxy.socketPath }));
  const transcript = new Transcript();
  await using container = await client.create(shell("echo up; sleep 1000", { stdin: true }), transcript);
  const { ended } = await container.start();
  await transcript.printed("up");
  proxy.cut();
  const failure: unknown = await ended.catch((error) => error);
  expect(failure).toBeInstanceOf(DockerRequestError);
  expect(String(failure)).toContain(`${container.id}: the connection to the engine was lost while it ran`);
  expect(await containers.list({ "dev.stepdock.test": "1" })).toContainEqual(
    expect.objectContaining({ id: container.id, state: "running" }),
  );
});

test("an engine that goes away before the start is told by the start, and the container is not lost", async () => {
  await using proxy = await new EngineProxy().listen();
  const client = createContainerClient(new Dockerode({ socketPath: proxy.socketPath }));
  const labels = uniqueLabels();
  const container = await client.create(shell("true", { labels }), new Transcript());
  proxy.cut();
  await expect((await container.start()).ended).rejects.toThrow("connection to the engine was lost");
  await container[Symbol.asyncDispose]();
  expect(await containers.list(labels)).toEqual([]);
});

test("the environment of a container is not in the URL of the request", async () => {
  await using proxy = await new EngineProxy().listen();
  const client = createContainerClient(new Dockerode({ socketPath: proxy.socketPath }));
  const name = `stepdock-test-${uniqueLabels()["dev.stepdock.test-id"]}`;
  await using _container = await client.create(
    shell("true", { name, environment: { PASSWORD: "hunter2" } }),
    new Transcript(),
  );
  expect(proxy.requestLines[0]).toBe(`POST /containers/create?name=${name} HTTP/1.1`);
});
