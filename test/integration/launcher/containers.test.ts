import { expect, test } from "vitest";
import { DockerRunOrchestrator, removeImages } from "./docker-run.ts";
import { FORK, openBench, statusesOf } from "./support.ts";

test("steps in containers that an outside engine starts run side by side, and take what is cached", async () => {
  await using bench = await openBench({ "pipeline.ts": FORK });
  // What the host could tell, the containers are to find out.
  const traits = { supportsClientSideCaching: false };
  const orchestrator = new DockerRunOrchestrator({ traits }, bench.services);
  await using _ = { [Symbol.asyncDispose]: () => removeImages(orchestrator.used) };
  const first = await bench.run(orchestrator);
  expect([...orchestrator.ends].map(([id, { status, stderr }]) => [id, status, stderr]).sort()).toEqual([
    ["first", 0, ""],
    ["left", 0, ""],
    ["right", 0, ""],
  ]);
  expect(statusesOf(first.steps)).toEqual({ first: "completed", left: "completed", right: "completed" });
  expect(first.run.status).toBe("completed");
  const again = await bench.run(orchestrator, { parameters: { factor: "3" } });
  expect(statusesOf(again.steps)).toEqual({ first: "cached", left: "cached", right: "completed" });
  expect(again.run.status).toBe("completed");
  expect(orchestrator.ends.get("first")?.stderr).toBe('stepdock: step "first", attempt 1: cached\n');
});
