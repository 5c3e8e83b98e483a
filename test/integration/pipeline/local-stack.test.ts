import { expect, test } from "vitest";
import { watchEngine } from "../../fixtures/engine-events.ts";
import { EVERY_STEP, numbersProject } from "./numbers-project.ts";
import { outputOf, runPipeline, workspaceIdOf } from "./pipeline-support.ts";

test("the local stack gives equal results without a container", async () => {
  await using project = await numbersProject();
  await using engine = await watchEngine(await workspaceIdOf(project));
  const inProcess = await runPipeline(project, ["--stack", "local"]);
  expect(inProcess.executed).toEqual(EVERY_STEP);
  expect(await engine.creations()).toEqual([]);
  const inContainers = await runPipeline(project, ["--stack", "local_docker"]);
  expect(await engine.creations()).not.toEqual([]);
  for (const [invocation, output] of [["load", "xs"], ["double", "xs"], ["sum"], ["greet"]] as const) {
    const value = await outputOf(project, inProcess, invocation, output);
    expect(await outputOf(project, inContainers, invocation, output)).toEqual(value);
  }
});

test("the local stack has a cache of its own", async () => {
  await using project = await numbersProject();
  await runPipeline(project, ["--stack", "local_docker"]);
  expect((await runPipeline(project, ["--stack", "local"])).executed).toEqual(EVERY_STEP);
  expect((await runPipeline(project, ["--stack", "local"])).executed).toEqual([]);
  expect((await runPipeline(project, ["--stack", "local_docker"])).executed).toEqual([]);
});
