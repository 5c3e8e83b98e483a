import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import {
  generateArtifactUri,
  type Invocation,
  prepareOutputArtifactUris,
  removeArtifactDirs,
} from "../../../src/orchestrators.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "stepdock-outputs-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const number = { materializer: "auto", type: "number" };
const train = { outputs: { model: number, loss: number } } as unknown as Invocation;
const stepRun = { id: "0b1c", stepName: "train" };

test("each output of a step run has a directory of its own, which is removed with what is in it", async () => {
  const store = createLocalArtifactStore({ root });
  const uris = await prepareOutputArtifactUris(store, stepRun, train);
  expect(uris).toEqual({
    model: generateArtifactUri(store, stepRun, "model"),
    loss: generateArtifactUri(store, stepRun, "loss"),
  });
  const paths = Object.values(uris).map((uri) => store.path(uri));
  expect(new Set(paths).size).toBe(2);
  expect(paths.map(existsSync)).toEqual([true, true]);
  await expect(prepareOutputArtifactUris(store, stepRun, train)).rejects.toThrow();
  await removeArtifactDirs(store, Object.values(uris));
  expect(paths.map(existsSync)).toEqual([false, false]);
});
