import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ArtifactStore } from "../../../src/artifact/port.ts";
import { ArtifactStoreError } from "../../../src/artifact/store-error.ts";
import { type CleanOptions, clean } from "../../../src/host/clean.ts";
import { NotSupportedError } from "../../../src/orchestrators.ts";
import { openWorkspace, type Workspace } from "../../../src/workspace/workspace.ts";
import { anArtifact, aRun, aSnapshot, aStepRun } from "../../contract/metadata-records.ts";

const CHILD = join(import.meta.dirname, "children/dying-clean.ts");

let directory: Awaited<ReturnType<typeof mkdtempDisposable>>;
let workspace: Workspace;
beforeEach(async () => {
  directory = await mkdtempDisposable(join(tmpdir(), "stepdock-clean-"));
  workspace = await openWorkspace(directory.path);
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await directory.remove();
});

const uriOf = (step: string): string => `local://default/train/model/${step}`;

/** A run of two steps, each with an artifact, and of one that failed before it published what it had begun to write. */
const makeRun = async (): Promise<readonly string[]> => {
  const { metadata, artifactStore } = workspace;
  await metadata.saveSnapshot(aSnapshot());
  await metadata.createRun(aRun("run", { metadata: {} }));
  for (const step of ["one", "two"]) {
    await artifactStore.create(uriOf(step));
    await writeFile(join(artifactStore.path(uriOf(step)), "a"), step);
    const stepRun = aStepRun(step, { runId: "run", invocationId: step, stepName: "train" });
    await metadata.createStepRun(stepRun, {});
    await metadata.completeStepRun(step, { status: "completed" }, { model: anArtifact(step, step) });
  }
  await metadata.updateRun("run", { status: "completed" });
  return ["one", "two"].map((step) => artifactStore.path(uriOf(step)));
};

const cleanAll = async (options: CleanOptions = {}) => {
  const removed: string[] = [];
  const noEngine = () => Promise.reject(new NotSupportedError("no engine"));
  const onRemoved = ({ id }: { readonly id: string }) => void removed.push(id);
  await clean(workspace, noEngine, { keep: 0, onRemoved, ...options });
  return removed;
};

test("what a clean that was killed had not removed yet is removed by the next one, which tells of it", async () => {
  const paths = await makeRun();
  const { signal, stderr } = spawnSync(process.execPath, [CHILD, directory.path], { encoding: "utf8" });
  expect(signal, stderr).toBe("SIGKILL");
  expect(await workspace.metadata.listRuns()).toEqual([]);
  expect(paths.filter((path) => existsSync(path))).toHaveLength(1);
  expect(await cleanAll({ dryRun: true })).toEqual(expect.arrayContaining(["one", "two"].map(uriOf)));
  expect(paths.filter((path) => existsSync(path))).toHaveLength(1);
  expect(await cleanAll()).toEqual(expect.arrayContaining(["one", "two"].map(uriOf)));
  expect(paths.filter((path) => existsSync(path))).toEqual([]);
  expect(await cleanAll()).not.toContain(uriOf("two"));
});

test("where a store fails in the middle, what is left is removed when it works again", async () => {
  const paths = await makeRun();
  const { artifactStoreOf } = workspace;
  const failing = async (uri: string): Promise<ArtifactStore> => {
    const remove = () => Promise.reject(new ArtifactStoreError("the bucket is away"));
    return { ...(await artifactStoreOf(uri)), ...(uri === uriOf("two") && { remove }) };
  };
  Object.assign(workspace, { artifactStoreOf: failing });
  await expect(cleanAll()).rejects.toThrow("the bucket is away");
  expect(paths.map((path) => existsSync(path))).toEqual([false, true]);
  expect(await workspace.metadata.listRemovals()).toMatchObject([{ uri: uriOf("two") }]);
  await expect(cleanAll()).rejects.toThrow("the bucket is away");
  Object.assign(workspace, { artifactStoreOf });
  expect(await cleanAll()).toContain(uriOf("two"));
  expect(paths.map((path) => existsSync(path))).toEqual([false, false]);
  expect(await workspace.metadata.listRemovals()).toEqual([]);
});

test("two at once are one after the other: the second is refused, and a dry run is not", async () => {
  const paths = await makeRun();
  const second: Promise<unknown>[] = [];
  const onRemoved = async () => {
    second.push(cleanAll({ dryRun: true }));
    const refused = expect(cleanAll()).rejects.toMatchObject({
      code: "run_locked",
      message: expect.stringMatching(/^Another process cleans the workspace .* just now/),
    });
    second.push(refused);
    await Promise.all(second);
  };
  await cleanAll({ onRemoved });
  expect(second.length).toBeGreaterThan(0);
  expect(paths.filter((path) => existsSync(path))).toEqual([]);
});
