import { beforeAll, describe, expect, it } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { DockerRequestError } from "../../../src/docker/request-error.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { startEngineProxy } from "../../fixtures/engine-proxy.ts";
import { docker, shell, Transcript, uniqueLabels } from "../docker/container-support.ts";
import { failureOf, sweeping } from "./engine-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

const expectLost = (error: Error, container: string): void => {
  expect(error).toBeInstanceOf(DockerRequestError);
  expect(error.message).toContain(`${container}: the connection to the engine was lost while it ran.`);
  expect(error.message).toContain("see with `docker info` whether it runs");
};

describe("a connection that is lost while a container runs", () => {
  it.each([
    ["prints", "while echo more; do usleep 1000; done"],
    ["is silent", "echo more; sleep 1000"],
  ])(
    "is told as such where the container %s, which runs on and can be found and removed",
    async (_, script) => {
      await using direct = await connectEngine();
      await using proxy = await startEngineProxy(direct);
      await using remote = await connectEngine({ environment: { DOCKER_HOST: proxy.url } });
      const labels = uniqueLabels();
      await using _sweeping = sweeping(direct, labels);
      const transcript = new Transcript();
      const container = await remote.containers.create(shell(script, { labels, stdin: true }), transcript);
      const { ended } = await container.start();
      await transcript.printed("more");
      await proxy.kill();
      expectLost(await failureOf(ended), container.id);
      await expect(container[Symbol.asyncDispose]()).rejects.toThrow("The engine went away");
      expect(await direct.containers.list(labels)).toMatchObject([{ id: container.id, state: "running" }]);
      await direct.containers.remove(container.id);
      expect(await direct.containers.list(labels)).toEqual([]);
    },
  );

  it.runIf(process.platform === "linux")(
    "is noticed by keep-alive probes where the network goes away without a word",
    async () => {
      await using direct = await connectEngine();
      await using proxy = await startEngineProxy(direct);
      await using remote = await connectEngine({ environment: { DOCKER_HOST: proxy.bridgeUrl } });
      const labels = uniqueLabels();
      await using _sweeping = sweeping(direct, labels);
      const transcript = new Transcript();
      const container = await remote.containers.create(shell("echo up; sleep 1000", { labels }), transcript);
      const { ended } = await container.start();
      await transcript.printed("up");
      await proxy.unplug();
      expectLost(await failureOf(ended), container.id);
    },
  );
});
