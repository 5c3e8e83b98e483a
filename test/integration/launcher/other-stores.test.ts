import { expect, test } from "vitest";
import { startS3Server } from "../../fixtures/s3-server.ts";
import { deleteCopies, runTools, teamFiles } from "../artifact-stores/support.ts";
import { type EntrypointEnd, ForeignOrchestrator, openBench, processEngine, statusesOf } from "./support.ts";

test("a step that is launched elsewhere takes an artifact of an earlier run from a bucket, which the host brings", async () => {
  await using server = await startS3Server();
  await using bench = await openBench(teamFiles(server));
  expect((await runTools(bench.project)).run.status).toBe("completed");
  await deleteCopies(bench.project);
  const ends = new Map<string, EntrypointEnd>();
  const orchestrator = new ForeignOrchestrator({ engine: processEngine(ends) }, bench.services);
  const { run, steps } = await bench.run(orchestrator, {
    exportName: "reuse",
    parameters: { greeting: "hello " },
  });
  expect([...ends.values()].map(({ stderr }) => stderr)).toEqual([""]);
  expect([run.status, statusesOf(steps)]).toEqual(["completed", { look: "completed" }]);
});
