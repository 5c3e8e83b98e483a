import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openSqliteMetadataStore, SqliteMetadataStore } from "../../../src/metadata/sqlite-metadata-store.ts";
import { aRun, aSnapshot, aStepRun } from "../../contract/metadata-records.ts";
import { aDatabaseFile } from "./files.ts";

test("a transaction that the disk has no room for says so and leaves the state before it", async () => {
  await using file = await aDatabaseFile();
  await (await openSqliteMetadataStore({ path: file.path }))[Symbol.asyncDispose]();
  const database = new DatabaseSync(file.path);
  await using store = new SqliteMetadataStore(database, file.path);
  await store.saveSnapshot(aSnapshot());
  await store.createRun(aRun("run-1"));
  // SQLite's own SQLITE_FULL, as for a full disk.
  database.exec("PRAGMA max_page_count = 1");
  const stepRuns = Array.from({ length: 500 }, (_, index) => aStepRun(`step-${index}`));
  const entries = stepRuns.map((stepRun) => ({ stepRun, inputs: {} }));
  await expect(store.createStepRuns(entries)).rejects.toMatchObject({
    code: "metadata_failed",
    problem: "full",
    message: expect.stringMatching(/Could not create 500 step runs in .*stepdock\.db.*The disk is full/),
  });
  expect(await store.listStepRuns("run-1")).toEqual([]);
  database.exec("PRAGMA max_page_count = 100000");
  await store.createStepRuns(entries);
  expect(await store.listStepRuns("run-1")).toHaveLength(500);
});
