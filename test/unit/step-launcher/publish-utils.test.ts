import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSqliteMetadataStore } from "../../../src/metadata/sqlite-metadata-store.ts";
import type { ExecutionStatus } from "../../../src/model/index.ts";
import {
  getPipelineRunStatus,
  publishFailedPipelineRun,
  publishFailedStepRun,
  publishPipelineRunMetadata,
  publishStepRunMetadata,
  publishSuccessfulStepRun,
} from "../../../src/orchestrators.ts";
import { anArtifact, aRun, aSnapshot, aStepRun, at } from "../../contract/metadata-records.ts";

const failure = { kind: "threw", name: "RangeError", message: "too far", retryable: true } as const;

test("how steps and their run ended is recorded, with outputs, failures and metadata", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "stepdock-publish-"));
  await using metadata = await openSqliteMetadataStore({ path: join(directory.path, "stepdock.db") });
  const run = aRun("run-1");
  await metadata.createRun(run, aSnapshot());
  for (const id of ["train", "test"]) await metadata.createStepRun(aStepRun(id), {});
  const model = anArtifact("model-1", "train");
  await publishSuccessfulStepRun(metadata, "train", { model }, { finishedAt: at(1) });
  expect(await metadata.getStepRun("train")).toMatchObject({ status: "completed", finishedAt: at(1) });
  expect(await metadata.outputsOf("train")).toEqual({ model });

  await publishFailedStepRun(metadata, "test", failure);
  await publishStepRunMetadata(metadata, { ...aStepRun("test"), metadata: { loss: 1 } }, { rows: 2 });
  expect(await metadata.getStepRun("test")).toMatchObject({
    ...{ status: "failed", failure, metadata: { loss: 1, rows: 2 } },
  });

  await publishPipelineRunMetadata(metadata, { ...run, metadata: { job: "7" } }, { queue: "night" });
  await publishFailedPipelineRun(metadata, run.id, failure, at(2));
  expect(await metadata.getRun(run.id)).toMatchObject({
    ...{ status: "failed", failure, finishedAt: at(2), metadata: { job: "7", queue: "night" } },
  });
});

describe("the status of a pipeline run", () => {
  const rows: [readonly ExecutionStatus[], number, ExecutionStatus][] = [
    [["completed", "completed"], 2, "completed"],
    [["completed", "cached"], 2, "completed"],
    [["cached", "cached"], 2, "completed"],
    [["completed"], 2, "running"],
    [[], 1, "running"],
    [["completed", "running"], 2, "running"],
    [["failed", "running"], 2, "failed"],
    [["failed", "stopped"], 2, "failed"],
    [["completed", "stopped"], 2, "stopped"],
    [["stopping", "completed"], 2, "stopping"],
    [["completed", "skipped"], 2, "failed"],
    [["retried", "completed"], 1, "completed"],
    [["retried", "running"], 1, "running"],
  ];
  test.each(rows)("of steps %j, %i in all, is %s", (statuses, count, status) => {
    expect(getPipelineRunStatus(statuses, count)).toBe(status);
  });
});
