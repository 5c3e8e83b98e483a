import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openSqliteMetadataStore, SqliteMetadataStore } from "../../../src/metadata/sqlite-metadata-store.ts";
import type { PipelineRun } from "../../../src/model/index.ts";
import { aRun, aSnapshot } from "../../contract/metadata-records.ts";
import { Child } from "./child.ts";
import { aDatabaseFile } from "./files.ts";

test("processes that open a new file at the same time agree on its workspace id and all write", async () => {
  await using file = await aDatabaseFile();
  const children = Array.from({ length: 6 }, () => new Child("open-and-save", [file.path]));
  const results = await Promise.all(children.map((child) => child.finish()));
  await using store = await openSqliteMetadataStore({ path: file.path });
  expect(results).toEqual(
    children.map(() => ({
      stdout: store.workspaceId,
      stderr: expect.not.stringContaining("rror:"),
      exitCode: 0,
    })),
  );
  using raw = new DatabaseSync(file.path, { readOnly: true });
  expect(raw.prepare("SELECT count(*) AS count FROM snapshots").get()).toMatchObject({ count: 6 });
});

test("while another process writes, this one reads what that has told of and writes too", async () => {
  await using file = await aDatabaseFile();
  await using store = await openSqliteMetadataStore({ path: file.path });
  await store.saveSnapshot(aSnapshot());
  await using child = new Child("write-without-end", [file.path]);
  let seen = 0;
  for await (const line of child.lines()) {
    const [what, runId = ""] = line.split(" ");
    if (what !== "whole") continue;
    expect(await store.getRun(runId)).toMatchObject({ status: "completed" });
    expect(await store.listStepRuns(runId)).toHaveLength(601);
    await store.createRun(aRun(`mine-${seen}`));
    for (let index = 0; index < 5; index++) await store.updateRun(`mine-${seen}`, { metadata: { index } });
    if (++seen === 5) await child.kill();
  }
  expect(seen).toBeGreaterThanOrEqual(5);
  expect(await store.listRuns({ status: "running" })).toContainEqual(
    aRun("mine-4", { metadata: { index: 4 } }),
  );
});

test("processes that ask for the same runs at the same time all get the same ones, each created once", async () => {
  await using file = await aDatabaseFile();
  const children = Array.from({ length: 3 }, () => new Child("find-or-create-runs", [file.path]));
  const results = await Promise.all(children.map((child) => child.finish()));
  await using store = await openSqliteMetadataStore({ path: file.path });
  const created = (await store.listRuns()).toSorted(byOrchestratorRunId).map(({ id }) => id);
  expect(created).toHaveLength(50);
  expect(results.map(({ stdout }) => stdout)).toEqual(children.map(() => created.join()));
});

const byOrchestratorRunId = (a: PipelineRun, b: PipelineRun): number =>
  Number(a.orchestratorRunId.split("-")[1]) - Number(b.orchestratorRunId.split("-")[1]);

test("two connections of one process that write at the same time never wait for each other", async () => {
  await using file = await aDatabaseFile();
  await using one = await openSqliteMetadataStore({ path: file.path });
  await using other = await openSqliteMetadataStore({ path: file.path });
  await one.saveSnapshot(aSnapshot());
  await one.createRun(aRun("run"));
  const patches = Array.from({ length: 50 }, (_, index) => ({ metadata: { index } }));
  await Promise.all(patches.map((patch, index) => (index % 2 ? one : other).updateRun("run", patch)));
  expect(await one.getRun("run")).toStrictEqual(await other.getRun("run"));
});

test("a writer that another one blocks for too long says so, and keeps nothing", async () => {
  await using file = await aDatabaseFile();
  await (await openSqliteMetadataStore({ path: file.path }))[Symbol.asyncDispose]();
  using blocker = new DatabaseSync(file.path);
  await using store = new SqliteMetadataStore(new DatabaseSync(file.path, { timeout: 0 }), file.path);
  blocker.exec("BEGIN IMMEDIATE");
  await expect(store.saveSnapshot(aSnapshot())).rejects.toMatchObject({
    code: "metadata_failed",
    problem: "busy",
    message: expect.stringContaining("Could not save snapshot snapshot-1"),
  });
  expect(await store.getSnapshot("snapshot-1")).toBeUndefined();
  blocker.exec("COMMIT");
  await store.saveSnapshot(aSnapshot());
  expect(await store.getSnapshot("snapshot-1")).toBeDefined();
});
