import { describe, expect, test } from "vitest";
import type { ExecutionStatus } from "../../../src/model/index.ts";
import { getPipelineRunStatus } from "../../../src/step-launcher/publish-utils.ts";

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
