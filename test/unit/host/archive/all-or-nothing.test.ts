import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clean } from "../../../../src/host/clean.ts";
import { importInto } from "../../../../src/host/import-run.ts";
import { importRun } from "../../../../src/host.ts";
import { acquireRunLock } from "../../../../src/metadata/run-lock.ts";
import { emptyPlace, makeSource, type Source, within } from "./support.ts";

const CHILD = join(import.meta.dirname, "children/dying-import.ts");

let source: Source;
beforeAll(async () => {
  source = await makeSource();
});
afterAll(() => source[Symbol.asyncDispose]());

/** Every file but the records' own. */
const filesIn = async (root: string): Promise<string[]> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return files.filter((name) => !/^(stepdock\.db.*|\.gitignore|lock\.db.*)$/.test(name));
};

const crash = async (workspace: string): Promise<void> => {
  const { signal, stderr } = spawnSync(process.execPath, [CHILD, workspace, source.file], {
    encoding: "utf8",
  });
  expect(signal, stderr).toBe("SIGKILL");
  expect(await filesIn(join(workspace, "stores"))).toContain("data.bin");
  expect(await within(workspace, ({ metadata }) => metadata.listRuns())).toEqual([]);
};

test("an import that is killed before the end is taken back by the next one, which then is whole", async () => {
  await using place = await emptyPlace();
  await crash(place.path);
  expect(await importRun(source.file, { workspace: place.path })).toMatchObject({ imported: true });
});

test("an import that is killed before the end is taken back by clean", async () => {
  await using place = await emptyPlace();
  await crash(place.path);
  await within(place.path, (workspace) =>
    clean(workspace, () => Promise.reject(new EngineError())).catch(ignore),
  );
  expect(await filesIn(join(place.path, "stores"))).toEqual([]);
  expect(await filesIn(join(place.path, "runs"))).toEqual([]);
});

class EngineError extends Error {}
const ignore = (error: unknown) => expect(error).toBeInstanceOf(EngineError);

test("where the records cannot be written, nothing is left of the files", async () => {
  await using place = await emptyPlace();
  await within(place.path, async (workspace) => {
    workspace.metadata.importRun = () => Promise.reject(new Error("no records today"));
    await expect(importInto(workspace, source.file)).rejects.toThrow("no records today");
  });
  for (const part of ["stores", "runs"]) expect(await filesIn(join(place.path, part))).toEqual([]);
});

test("two imports at once into one workspace are one after the other", async () => {
  await using place = await emptyPlace();
  await mkdir(join(place.path, "runs/import"), { recursive: true });
  {
    using _ = acquireRunLock(join(place.path, "runs/import/lock.db"));
    await expect(importRun(source.file, { workspace: place.path })).rejects.toMatchObject({
      code: "archive_conflict",
      message: expect.stringMatching(/^Another process imports a run into .* just now/),
    });
  }
  expect(await importRun(source.file, { workspace: place.path })).toMatchObject({ imported: true });
});

test("what is in the way on the disk is left alone", async () => {
  await using place = await emptyPlace();
  const mine = join(place.path, "runs", source.run.id, "mine.txt");
  await mkdir(join(mine, ".."), { recursive: true });
  await writeFile(mine, "");
  await expect(importRun(source.file, { workspace: place.path })).rejects.toMatchObject({
    code: "archive_conflict",
  });
  expect(await filesIn(place.path)).toEqual(["mine.txt"]);
  expect(existsSync(mine)).toBe(true);
});

test("what a dead import put into a store that is not there any more keeps nobody from importing", async () => {
  await using place = await emptyPlace();
  await mkdir(join(place.path, "runs/import"), { recursive: true });
  const plan = JSON.stringify({ runId: "dead", uris: ["local://gone/step/output/1"] });
  await writeFile(join(place.path, "runs/import/plan.json"), plan);
  expect(await importRun(source.file, { workspace: place.path })).toMatchObject({ imported: true });
});
