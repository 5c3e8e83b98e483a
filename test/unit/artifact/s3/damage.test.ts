import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, it } from "vitest";
import { startS3Server } from "../../../fixtures/s3-server.ts";
import { clientOf, openTwoMachines, writeFolder } from "./support.ts";

const server = await startS3Server();
afterAll(() => server[Symbol.asyncDispose]());
const client = clientOf(server);
const Bucket = server.bucket;

const keysBelow = async (prefix: string): Promise<string[]> => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  return Contents.map(({ Key = "" }) => Key);
};

const stored = async () => {
  const machines = await openTwoMachines(server);
  const artifact = await writeFolder(machines.here, async (path) => {
    await writeFile(join(path, "a"), "whole");
    await writeFile(join(path, "b"), "whole, too");
  });
  await machines.here.store(artifact);
  const key = (name: string) => `${machines.prefix}/train/model/${artifact.producerStepRunId}/${name}`;
  return { ...machines, artifact, key };
};

describe("an artifact in the bucket", () => {
  it("is damaged where an object has another content, named by bucket and key", async () => {
    await using fixture = await stored();
    const { there, artifact, key, directory } = fixture;
    await client.send(new PutObjectCommand({ Bucket, Key: key("files/a"), Body: "Whole" }));
    await expect(there.fetch(artifact)).rejects.toMatchObject({
      code: "artifact_damaged",
      uri: artifact.uri,
      path: `key ${key("files/a")} of bucket ${Bucket} at ${server.endpoint}`,
    });
    expect(await readdir(join(directory, "there", "team"))).toEqual([]);
  });

  it("is missing where an object is, named by bucket and key", async () => {
    await using fixture = await stored();
    const { there, artifact, key } = fixture;
    await client.send(new DeleteObjectCommand({ Bucket, Key: key("files/b") }));
    await expect(there.fetch(artifact)).rejects.toMatchObject({
      code: "artifact_missing",
      message: expect.stringContaining(`key ${key("files/b")} of bucket ${Bucket} at ${server.endpoint}`),
    });
  });

  it("is none without its manifest: an upload that was cut off is not taken for one", async () => {
    await using fixture = await stored();
    const { there, artifact, key } = fixture;
    await client.send(new DeleteObjectCommand({ Bucket, Key: key("manifest.json") }));
    const missing = {
      code: "artifact_missing",
      path: there.path(artifact.uri),
      message: expect.stringContaining(`key ${key("manifest.json")} of bucket ${Bucket}`),
    };
    await expect(there.fetch(artifact)).rejects.toMatchObject(missing);
    await expect(there.verify(artifact)).rejects.toMatchObject(missing);
  });

  it.each([
    ["is no JSON", "<html>"],
    [
      "names other files",
      JSON.stringify({ formatVersion: 1, materializer: "directory", contentHash: "", entries: [] }),
    ],
    [
      "leads out of the artifact",
      JSON.stringify({
        ...{ formatVersion: 1, materializer: "directory", contentHash: "" },
        entries: [{ kind: "link", path: "../../a", target: "/etc" }],
      }),
    ],
  ])("is damaged where the manifest %s", async (_what, Body) => {
    await using fixture = await stored();
    const { there, artifact, key } = fixture;
    await client.send(new PutObjectCommand({ Bucket, Key: key("manifest.json"), Body }));
    await expect(there.fetch(artifact)).rejects.toMatchObject({
      code: "artifact_damaged",
      path: `key ${key("manifest.json")} of bucket ${Bucket} at ${server.endpoint}`,
    });
  });

  it("is refused, and is none, where its content is not what was told of it", async () => {
    await using machines = await openTwoMachines(server);
    const { here, prefix } = machines;
    const artifact = await writeFolder(here, (path) => writeFile(join(path, "a"), "whole"));
    await writeFile(join(here.path(artifact.uri), "a"), "other");
    await expect(here.store(artifact)).rejects.toMatchObject({
      code: "artifact_damaged",
      path: here.path(artifact.uri),
      expectedHash: artifact.contentHash,
    });
    expect(await keysBelow(prefix)).not.toContainEqual(expect.stringMatching(/manifest/));
  });

  it("is not taken from those who have it where somebody else cannot store the same", async () => {
    await using fixture = await stored();
    const { here, there, artifact } = fixture;
    server.refused = /^PUT .*\/files\/b/;
    await expect(here.store(artifact)).rejects.toMatchObject({ code: "artifact_store_failed" });
    server.refused = undefined;
    await there.fetch(artifact);
  });

  it("is none any more once its removal was begun, whatever of it is left", async () => {
    await using fixture = await stored();
    const { here, there, artifact, prefix } = fixture;
    server.refused = /^GET .*[?&]prefix=[^&]*%2F(&|$)/;
    await expect(here.remove(artifact.uri)).rejects.toMatchObject({ code: "artifact_store_failed" });
    server.refused = undefined;
    expect(await keysBelow(prefix)).toHaveLength(2);
    await expect(there.verify(artifact)).rejects.toMatchObject({ code: "artifact_missing" });
    await here.remove(artifact.uri);
    expect(await keysBelow(prefix)).toEqual([]);
  });

  it("is not there where its upload was given up", async () => {
    await using machines = await openTwoMachines(server);
    const { here, there, prefix } = machines;
    const artifact = await writeFolder(here, async (path) => {
      for (const name of ["a", "b"]) await writeFile(join(path, name), Buffer.alloc(20 * 1024 * 1024));
    });
    const abort = new AbortController();
    server.onRequest = (request) => {
      if (request.includes("partNumber=")) abort.abort();
    };
    const stored = here.store(artifact, { signal: abort.signal });
    await expect(stored).rejects.toMatchObject({ name: "AbortError" });
    server.onRequest = undefined;
    expect(await keysBelow(prefix)).not.toContainEqual(expect.stringMatching(/manifest/));
    await expect(there.fetch(artifact)).rejects.toMatchObject({ code: "artifact_missing" });
  });

  it("is removed for every machine", async () => {
    await using fixture = await stored();
    const { here, there, artifact, prefix } = fixture;
    await there.fetch(artifact);
    await here.remove(artifact.uri);
    expect(await keysBelow(prefix)).toEqual([]);
    await rm(there.path(artifact.uri), { recursive: true });
    await expect(there.fetch(artifact)).rejects.toMatchObject({ code: "artifact_missing" });
  });
});
