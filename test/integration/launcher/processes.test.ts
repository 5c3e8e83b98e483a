import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { attemptPaths } from "../../../src/workspace/paths.ts";
import {
  type EntrypointEnd,
  FORK,
  ForeignOrchestrator,
  openBench,
  processEngine,
  statusesOf,
} from "./support.ts";

test("a subclass that only submits has its steps launched elsewhere, from the records to the records", async () => {
  await using bench = await openBench({ "pipeline.ts": FORK });
  const ends = new Map<string, EntrypointEnd>();
  const foreign = new ForeignOrchestrator({ engine: processEngine(ends) }, bench.services);
  const { run, steps } = await bench.run(foreign);
  expect([...ends.values()].map(({ status, stderr }) => [status, stderr])).toEqual([
    [0, ""],
    [0, ""],
    [0, ""],
  ]);
  expect(statusesOf(steps)).toEqual({ first: "completed", left: "completed", right: "completed" });
  expect(run).toMatchObject({ status: "completed", metadata: { engine: "foreign", runsElsewhere: true } });
  const log = attemptPaths(bench.services.paths, { runId: run.id, invocationId: "first", attempt: 1 }).log;
  expect(await readFile(log, "utf8")).toContain("hello from first");
  expect(ends.get("first")?.stdout).toBe("hello from first\n");
});
