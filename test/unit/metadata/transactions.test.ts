import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { openSqliteMetadataStore } from "../../../src/metadata/sqlite-metadata-store.ts";
import { anArtifact, aRun, aSnapshot, aStepRun } from "../../contract/metadata-records.ts";
import { aDatabaseFile } from "./files.ts";

const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** Commits in the write-ahead log: frames that carry the size of the database (https://sqlite.org/fileformat2.html#walformat). */
const countCommits = async (path: string): Promise<number> => {
  const log = await readFile(`${path}-wal`);
  const frame = FRAME_HEADER + log.readUInt32BE(8);
  let commits = 0;
  for (let at = WAL_HEADER; at < log.length; at += frame) if (log.readUInt32BE(at + 4) > 0) commits++;
  return commits;
};

test("a thousand step runs with inputs and outputs are one transaction, as is every other change", async () => {
  await using file = await aDatabaseFile();
  await using store = await openSqliteMetadataStore({ path: file.path });
  await store.saveSnapshot(aSnapshot());
  await store.createRun(aRun("run-1"));
  await store.createStepRun(aStepRun("load"), {});
  await store.updateStepRun("load", { containerId: "f00d" });
  await store.completeStepRun("load", { status: "completed" }, { days: anArtifact("days", "load") });
  const before = await countCommits(file.path);
  expect(before).toBe(5);
  const stepRuns = Array.from({ length: 1000 }, (_, index) => aStepRun(`step-${index}`));
  const links = { days: "days" };
  await store.createStepRuns(stepRuns.map((stepRun) => ({ stepRun, inputs: links, outputs: links })));
  expect(await countCommits(file.path)).toBe(before + 1);
  await store.listStepRuns("run-1");
  await store.findRun("latest");
  expect(await countCommits(file.path)).toBe(before + 1);
});

test("a change to what is there already writes nothing to the log", async () => {
  await using file = await aDatabaseFile();
  await using store = await openSqliteMetadataStore({ path: file.path });
  await store.saveSnapshot(aSnapshot());
  await store.createRun(aRun("run-1"));
  await store.createStepRun(aStepRun("load"), {});
  const before = await countCommits(file.path);
  const { status, exitCode, warnings, metadata } = aStepRun("load");
  await store.updateStepRun("load", { status, exitCode, warnings, metadata });
  await store.updateStepRun("load", {});
  await store.updateRun("run-1", {});
  expect(await countCommits(file.path)).toBe(before);
});

test("each kind of change gets the same statement again, on every connection its own", async () => {
  await using file = await aDatabaseFile();
  await using one = await openSqliteMetadataStore({ path: file.path });
  await using other = await openSqliteMetadataStore({ path: file.path });
  await one.saveSnapshot(aSnapshot());
  await one.createRun(aRun("run-1"));
  for (const [index, store] of [one, other, one, other].entries()) {
    await store.createStepRun(aStepRun(`step-${index}`), {});
    await store.updateStepRun(`step-${index}`, { containerId: `c-${index}` });
  }
  const listed = await one.listStepRuns("run-1");
  expect(listed.map(({ containerId }) => containerId)).toEqual(["c-0", "c-1", "c-2", "c-3"]);
});

test("a run and its snapshot are one transaction", async () => {
  await using file = await aDatabaseFile();
  await using store = await openSqliteMetadataStore({ path: file.path });
  await store.createRun(aRun("run-1"), aSnapshot());
  expect(await countCommits(file.path)).toBe(1);
  expect(await store.getSnapshot(aRun("run-1").snapshotId)).toEqual(aSnapshot());
});
