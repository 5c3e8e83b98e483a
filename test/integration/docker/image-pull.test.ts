import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openConnection } from "../../../src/docker/dockerode-client.ts";
import { createImageClient } from "../../../src/docker/image-client.ts";
import { engineWithImages } from "./image-fixture.ts";
import { registryServer } from "./registry-server.ts";

/** The registry is on this machine, so the engine must be as well. */
const isLocal = process.platform === "linux" && !/^(?:tcp|http)/.test(process.env.DOCKER_HOST ?? "");

const withRegistry = async (login?: string) => {
  const test = await engineWithImages();
  const registry = await registryServer((await test.engine.info()).architecture, login);
  return {
    ...test,
    registry,
    reference: test.keepTrackOf(`${registry.host}/app:1`),
    [Symbol.asyncDispose]: async () => {
      await test[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
};

describe.runIf(isLocal)("pull", () => {
  it("gets an image and tells of each layer once for each status", async () => {
    await using test = await withRegistry();
    const lines: string[] = [];
    const image = await test.images.pull(test.reference, { onOutput: (line) => lines.push(line) });
    expect(image.tags).toContain(test.reference);
    expect(image.repositoryDigests).toEqual([`${test.registry.host}/app@${test.registry.digest}`]);
    expect(lines).toContain(`Digest: ${test.registry.digest}`);
    expect(lines.filter((line) => line.endsWith(": Pull complete"))).toHaveLength(1);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it("gets an image that is named by tag and digest", async () => {
    await using test = await withRegistry();
    const reference = `${test.reference}@${test.registry.digest}`;
    const image = await test.images.pull(reference);
    test.keepTrackOf(image.id);
    expect(await test.images.inspect(reference)).toEqual(image);
  });

  it("ends at a signal that comes while it pulls", async () => {
    await using test = await withRegistry();
    const aborter = new AbortController();
    const pulled = test.images.pull(test.reference, {
      signal: aborter.signal,
      onOutput: () => aborter.abort(),
    });
    await expect(pulled).rejects.toMatchObject({ code: "interrupted" });
  });

  it("says that the registry has no such image", async () => {
    await using test = await withRegistry();
    const reference = `${test.registry.host}/app:none`;
    const error = { code: "image_not_found", reason: "refused", reference };
    await expect(test.images.pull(reference)).rejects.toMatchObject(error);
  });

  it("says how to log in to a private registry, and uses the login of the Docker config", async () => {
    await using test = await withRegistry("me:se:cret");
    await expect(test.images.pull(test.reference)).rejects.toThrow(/docker login/);
    const directory = await mkdtemp(join(tmpdir(), "stepdock-login-"));
    await using _gone = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
    const auths = { [test.registry.host]: { auth: Buffer.from("me:se:cret").toString("base64") } };
    await writeFile(join(directory, "config.json"), JSON.stringify({ auths }));
    using connection = openConnection({ source: "test", url: test.engine.endpoint, explicit: true });
    const images = createImageClient(connection.docker, { DOCKER_CONFIG: directory });
    expect((await images.pull(test.reference)).tags).toContain(test.reference);
  });
});

describe("pull from where no registry is", () => {
  it("says that the registry cannot be reached", async () => {
    await using test = await engineWithImages();
    const error = { code: "image_not_found", reason: "unreachable" };
    await expect(test.images.pull("localhost:1/stepdock-test/none:1")).rejects.toMatchObject(error);
  });

  it("ends at once when its signal was aborted", async () => {
    await using test = await engineWithImages();
    const pulled = test.images.pull("localhost:1/stepdock-test/none:1", { signal: AbortSignal.abort() });
    await expect(pulled).rejects.toMatchObject({ code: "interrupted" });
  });
});
