import Dockerode from "dockerode";
import { beforeAll, expect, test } from "vitest";
import { createContainerClient } from "../../../src/docker/container-client.ts";
import { DockerRequestError } from "../../../src/docker/request-error.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { containers, docker, shell, Transcript, uniqueLabels } from "./container-support.ts";
import { EngineProxy } from "./cuttable-proxy.ts";

beforeAll(() => ensureBusyboxImage(docker));

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
