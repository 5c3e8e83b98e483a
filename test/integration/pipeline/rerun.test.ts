import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../../src/model/index.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { leftoversOf, NOTHING, open, returnedBy, runPipeline } from "./support.ts";

const PIPELINE = `
import { pipeline, step } from "stepdock";
import * as z from "zod";

export const draw = step({ name: "draw", output: z.number(), run: () => Math.random() });
export const twice = step({ name: "twice", inputs: { n: z.number() }, output: z.number(), run: ({ n }) => {
  console.log("told", n);
  return n * 2;
} });
export const fail = step({ name: "fail", inputs: { n: z.number() }, output: z.number(), run: () => {
  throw new Error("always");
} });
export const numbers = pipeline({ name: "numbers", define: () => {
  const n = draw();
  const broken = fail({ n });
  return { doubled: twice({ n }), never: twice({ n: broken }) };
} });
`;

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
});
afterAll(() => project[Symbol.asyncDispose]());

const rerun = async (...args: string[]) => {
  const result = await stepdock(["rerun", ...args, "--json"], { cwd: project.directory });
  const events = result.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);
  const started = events.find(({ event }) => event === "run_started");
  return { ...result, events, runId: started?.event === "run_started" ? started.runId : "" };
};

test("`rerun` runs one step again from the run's own code and inputs, as a run of its own", async () => {
  const first = await runPipeline(project, "numbers");
  expect(first.status).toBe(1);
  const drawn = await returnedBy<number>(project, first.step("draw"));
  await project.edit("pipeline.ts", "n * 2", "n * 1000");

  const again = await rerun(first.run.id, "twice");
  expect(again).toMatchObject({ status: 0, stderr: "" });
  await using workspace = await open(project);
  const run = await workspace.metadata.findRun(again.runId);
  expect(run).toMatchObject({ name: `${first.run.name}-rerun-twice`, status: "completed" });
  const steps = await workspace.metadata.listStepRuns(run.id);
  expect(steps.map(({ invocationId, status }) => [invocationId, status])).toEqual([["twice", "completed"]]);
  const [step] = steps;
  if (!step) return expect.unreachable();
  expect(await returnedBy(project, step)).toBe(drawn * 2);
  expect(await workspace.metadata.inputsOf(step.id)).toEqual(
    await workspace.metadata.inputsOf(first.step("twice").id),
  );
  expect(step.id).not.toBe(first.step("twice").id);

  const third = await rerun(again.runId, "twice");
  expect(third).toMatchObject({ status: 0, stderr: "" });

  const failing = await rerun(first.run.id, "fail");
  expect(failing.status).toBe(1);
  expect(failing.events.at(-1)).toMatchObject({
    event: "run_finished",
    status: "failed",
    steps: { failed: 1 },
  });

  const unmade = await stepdock(["rerun", first.run.id, "twice_2"], { cwd: project.directory });
  expect(unmade.status).toBe(1);
  expect(unmade.stderr).toMatch(/input "n" is output "output" of "fail", which run .* does not have/);

  const unknown = await stepdock(["rerun", first.run.id, "twise"], { cwd: project.directory });
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toMatch(
    /has no step "twise"\. There are: draw, fail, twice, twice_2\. Did you mean "twice"/,
  );
  expect(await leftoversOf(project)).toEqual(NOTHING);
});
