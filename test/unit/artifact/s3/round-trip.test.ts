import { createReadStream, createWriteStream } from "node:fs";
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { afterAll, expect, it } from "vitest";
import { hashDirectory } from "../../../../src/artifact/content-hash.ts";
import { createMirroredArtifactStore } from "../../../../src/artifact/mirror/mirrored-artifact-store.ts";
import type { ObjectStore } from "../../../../src/artifact/mirror/object-store.ts";
import { S3ObjectStore } from "../../../../src/artifact/s3/s3-object-store.ts";
import { startS3Server } from "../../../fixtures/s3-server.ts";
import { clientOf, openTwoMachines, writeFolder } from "./support.ts";

const server = await startS3Server();
afterAll(() => server[Symbol.asyncDispose]());

const keysBelow = async (prefix: string): Promise<string[]> => {
  const listed = await clientOf(server).send(
    new ListObjectsV2Command({ Bucket: server.bucket, Prefix: prefix }),
  );
  return (listed.Contents ?? []).map(({ Key = "" }) => Key.slice(prefix.length + 1));
};

it("brings a folder to another machine with links, empty folders, odd names and the right to execute", async () => {
  await using machines = await openTwoMachines(server);
  const { here, there } = machines;
  const odd = "é + 100%\n&?.txt";
  const artifact = await writeFolder(here, async (path) => {
    await mkdir(join(path, "empty"));
    await mkdir(join(path, "bin"));
    await writeFile(join(path, "bin", "run"), "#!/bin/sh\n");
    await chmod(join(path, "bin", "run"), 0o755);
    await writeFile(join(path, odd), "odd");
    await writeFile(join(path, "manifest.json"), "the user's own");
    await writeFile(join(path, "nothing"), "");
    await writeFile(join(path, `${"long".repeat(60)}é`), "long");
    await mkdir(join(path, ...Array(60).fill("nested")), { recursive: true });
    await writeFile(join(path, ...Array(60).fill("nested"), "deep"), "deep");
    await symlink("bin/run", join(path, "latest"));
  });
  await here.store(artifact);
  await there.fetch(artifact);
  const path = there.path(artifact.uri);
  expect(path).not.toBe(here.path(artifact.uri));
  expect((await there.hash(artifact.uri, artifact)).contentHash).toBe(artifact.contentHash);
  expect(await readlink(join(path, "latest"))).toBe("bin/run");
  expect(await readdir(join(path, "empty"))).toEqual([]);
  expect((await lstat(join(path, "bin", "run"))).mode & 0o111).not.toBe(0);
  expect(await readFile(join(path, odd), "utf8")).toBe("odd");
  expect((await lstat(join(path, odd))).mode & 0o111).toBe(0);
});

it("has readable keys, and the manifest beside the files", async () => {
  await using machines = await openTwoMachines(server);
  const artifact = await writeFolder(machines.here, (path) => writeFile(join(path, "weights.bin"), "1"));
  await machines.here.store(artifact);
  const at = `train/model/${artifact.producerStepRunId}`;
  expect(await keysBelow(machines.prefix)).toEqual([`${at}/files/weights.bin`, `${at}/manifest.json`]);
});

it("brings a file that is larger than a part, in pieces", async () => {
  await using machines = await openTwoMachines(server);
  const { here, there } = machines;
  const artifact = await writeFolder(here, async (path) => {
    const pieces = Array.from({ length: 20 }, (_, index) => Buffer.alloc(1024 * 1024, index));
    await pipeline(Readable.from(pieces), createWriteStream(join(path, "large.bin")));
  });
  await here.store(artifact);
  const parts = server.requests.flatMap((request) => /partNumber=(\d+)/.exec(request)?.[1] ?? []);
  expect(new Set(parts)).toEqual(new Set(["1", "2", "3"]));
  await there.fetch(artifact);
  let bytes = 0;
  for await (const piece of createReadStream(join(there.path(artifact.uri), "large.bin")))
    bytes += piece.length;
  expect(bytes).toBe(20 * 1024 * 1024);
});

it("makes a damaged or deleted copy anew", async () => {
  await using machines = await openTwoMachines(server);
  const { here } = machines;
  const artifact = await writeFolder(here, (path) => writeFile(join(path, "a"), "whole"));
  await here.store(artifact);
  const file = join(here.path(artifact.uri), "a");
  await writeFile(file, "damaged");
  await here.fetch(artifact);
  expect(await readFile(file, "utf8")).toBe("whole");
  await rm(here.path(artifact.uri), { recursive: true });
  const asked = server.requests.length;
  await here.verify(artifact);
  expect(server.requests.slice(asked)).toEqual([expect.stringMatching(/^HEAD .*\/manifest\.json$/)]);
  await expect(lstat(file)).rejects.toMatchObject({ code: "ENOENT" }); // Nothing is brought to be verified.
  await here.fetch(artifact);
  expect(await readFile(file, "utf8")).toBe("whole");
});

it("knows what it fetched by its file status, and leaves nothing else behind", async () => {
  await using machines = await openTwoMachines(server);
  const { here, there, directory } = machines;
  const artifact = await writeFolder(here, (path) => writeFile(join(path, "a"), "whole"));
  await here.store(artifact);
  await there.fetch(artifact);
  const asked = server.requests.length;
  await there.fetch(artifact);
  expect(server.requests).toHaveLength(asked);
  expect((await readdir(join(directory, "there", "team"))).toSorted()).toEqual([".receipts", "train"]);
  await there.discard(artifact.uri);
  expect(await readdir(join(directory, "there", "team", ".receipts"))).toEqual([]);
  await there.fetch(artifact);
  await there.remove(artifact.uri);
  expect(await readdir(join(directory, "there", "team", ".receipts"))).toEqual([]);
});

it("stores values as it does folders", async () => {
  await using machines = await openTwoMachines(server);
  const { here, there } = machines;
  const folder = await writeFolder(here, (path) => writeFile(join(path, "value.json"), "[1]"));
  const { contentHash } = await hashDirectory(here.path(folder.uri));
  const artifact = { ...folder, materializer: "json", contentHash };
  await here.store(artifact);
  await there.fetch(artifact);
  expect(await readFile(join(there.path(artifact.uri), "value.json"), "utf8")).toBe("[1]");
});

it("removes what a process that died had begun to bring, and nothing that is under way", async () => {
  await using machines = await openTwoMachines(server);
  const store = join(machines.directory, "here", "team");
  await mkdir(join(store, ".incoming-dead", "content"), { recursive: true });
  await mkdir(join(store, ".incoming-alive"));
  await utimes(join(store, ".incoming-dead"), 1, 1);
  await machines.here.check();
  expect(await readdir(store)).toEqual([".incoming-alive"]);
});

it("is brought for all who wait, also where the one who began gives up", async () => {
  await using machines = await openTwoMachines(server);
  const { here, there } = machines;
  const artifact = await writeFolder(here, (path) => writeFile(join(path, "a"), "a"));
  await here.store(artifact);
  const quitting = new AbortController();
  const fetched = Promise.allSettled([
    there.fetch(artifact, { signal: quitting.signal }),
    there.fetch(artifact),
    there.fetch(artifact),
  ]);
  quitting.abort();
  expect((await fetched).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(await readFile(join(there.path(artifact.uri), "a"), "utf8")).toBe("a");
});

/** Another process of the machine that keeps its copies in `root`. `before`: what happens before it gets a file. */
const otherProcess = ({ prefix, root }: { prefix: string; root: string }, before: () => Promise<void>) => {
  const { endpoint, bucket } = server;
  const objects = new S3ObjectStore({
    store: "team",
    endpoint,
    bucket,
    prefix,
    client: () => clientOf(server),
  });
  const slow: ObjectStore = {
    place: (key) => objects.place(key),
    check: (options) => objects.check(options),
    has: (key, options) => objects.has(key, options),
    put: (key, content, options) => objects.put(key, content, options),
    removeAll: (beginning) => objects.removeAll(beginning),
    get: async (key, options) => {
      if (key.includes("/files/")) await before();
      return await objects.get(key, options);
    },
  };
  return createMirroredArtifactStore({ objects: slow, root, name: "team", id: "team" });
};

it.each([
  ["missing", (path: string) => rm(path, { recursive: true })],
  ["damaged", (path: string) => writeFile(join(path, "a"), "damaged")],
])(
  "a copy that was %s and that another process makes anew at the same time is left to those who read it",
  async (_, spoil) => {
    await using machines = await openTwoMachines(server);
    const { here, prefix, directory } = machines;
    const artifact = await writeFolder(here, (path) => writeFile(join(path, "a"), "whole"));
    await here.store(artifact);
    const path = here.path(artifact.uri);
    await spoil(path);
    let made: number | undefined;
    const other = otherProcess({ prefix, root: join(directory, "here") }, async () => {
      await here.fetch(artifact);
      made = (await lstat(path)).ino;
    });
    await other.fetch(artifact);
    expect((await lstat(path)).ino).toBe(made);
    expect(await readFile(join(path, "a"), "utf8")).toBe("whole");
  },
);
