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

  // The host makes the same keys of the same images, and so needs no container.
  const other = new DockerRunOrchestrator({}, bench.services);
  const third = await bench.run(other, { parameters: { factor: "3" } });
  expect(statusesOf(third.steps)).toEqual({ first: "cached", left: "cached", right: "cached" });
  expect(other.ends.size).toBe(0);
});

const NIGHTLY = `import { PipelineEntrypointConfiguration } from "stepdock/orchestrators";
import { greeting } from "./greeting.ts";

export class Nightly extends PipelineEntrypointConfiguration {
  static override readonly source = "orchestration/nightly.ts#Nightly";
  static override getCustomEntrypointOptions() { return new Set(["shift"]); }
  static override getCustomEntrypointArguments() { return ["--shift", "late"]; }
  override async run() {
    console.log(greeting + " the " + this.arguments.shift + " shift");
    await super.run();
  }
}
`;

test("a whole pipeline runs in one container, through a configuration of the user's that is in its image", async () => {
  await using bench = await openBench({
    "pipeline.ts": FORK,
    "orchestration/nightly.ts": NIGHTLY,
    "orchestration/greeting.ts": `export const greeting = "here is";`,
  });
  const { Nightly } = await import(bench.project.path("orchestration/nightly.ts"));
  const orchestrator = new DockerRunOrchestrator({ pipeline: Nightly }, bench.services);
  await using _ = { [Symbol.asyncDispose]: () => removeImages(orchestrator.used) };
  const { run, steps } = await bench.run(orchestrator);
  expect([...orchestrator.ends.keys()]).toEqual(["pipeline"]);
  expect(orchestrator.ends.get("pipeline")).toMatchObject({
    ...{ status: 0, stdout: "here is the late shift\nhello from first\n", stderr: "" },
  });
  expect(statusesOf(steps)).toEqual({ first: "completed", left: "completed", right: "completed" });
  expect(run.status).toBe("completed");
});
