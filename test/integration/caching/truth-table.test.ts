import { utimes } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../../src/host/plan.ts";
import { type Planner, plannedStep, startPlanner } from "../../fixtures/planner.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { runPipeline } from "../pipeline/pipeline-support.ts";

// What makes a completed step run again, a row each: the plan decides as a run does, and names the ingredient.

const FILES = {
  ".env": "API_KEY=of the first run\n",
  "helper.ts": "export const factor = 2;\nexport const weigh = (x: number): number => x * factor;\n",
  "pipeline.ts": `import { pipeline, step } from "stepdock";
import * as z from "zod";
import { weigh } from "./helper.ts";

export const train = step({
  name: "train",
  inputs: { epochs: z.int() },
  output: z.number(),
  environment: { MODE: "fast" },
  secrets: ["API_KEY"],
  retry: { maxRetries: 1 },
  timeout: 60,
  settings: { resources: { memory: "512MB" }, docker: { environment: { LEVEL: "1" } } },
  run: ({ epochs }) => weigh(epochs),
});

export const neighbour = step({ name: "neighbour", output: z.string(), run: () => "beside" });

export const table = pipeline({
  name: "table",
  parameters: { epochs: z.int().default(1) },
  define: ({ epochs }) => {
    train({ epochs });
    neighbour();
  },
});
`,
};

let project: Project;
let planner: Planner;
let first: Plan;

beforeAll(async () => {
  project = await createProject(FILES);
  planner = startPlanner();
  await runPipeline(project);
  first = await planner.plan(project);
});
afterAll(async () => {
  await planner[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

type Edit = readonly [file: string, from: string, to: string | (() => string)];

/** What would become of `train` with this edit, which is taken back. */
const decided = async (edit?: Edit, parameters?: Readonly<Record<string, string>>) => {
  const [file = "", from = "", to = ""] = edit ?? [];
  try {
    if (edit) await project.edit(file, from, typeof to === "string" ? to : to());
    return plannedStep(await planner.plan(project, parameters), "train");
  } finally {
    await project.write(FILES);
  }
};

const IN_DOCKER = 'docker: { environment: { LEVEL: "1" }';

describe("a step runs again after a change of", () => {
  test.each<[what: string, reason: string, edit: Edit]>([
    [
      "its parent image",
      "environment parent",
      [
        "pipeline.ts",
        IN_DOCKER,
        () => `docker: { parentImage: "${first.images[0]}", environment: { LEVEL: "1" }`,
      ],
    ],
    [
      "its packages",
      "environment apt",
      ["pipeline.ts", IN_DOCKER, `docker: { aptPackages: ["git"], environment: { LEVEL: "1" }`],
    ],
    ["a variable of its image", "environment variable LEVEL", ["pipeline.ts", 'LEVEL: "1"', 'LEVEL: "2"']],
    ["its declared environment", "variable MODE", ["pipeline.ts", '"fast"', '"slow"']],
    ["the names of its secrets", "secrets", ["pipeline.ts", '["API_KEY"]', '["API_KEY", "OTHER"]']],
    ["its code", "code", ["pipeline.ts", "weigh(epochs)", "weigh(epochs + 1)"]],
    ["code that it reaches", "code", ["helper.ts", "factor = 2", "factor = 3"]],
  ])("%s", async (_what, reason, edit) => {
    expect(await decided(edit)).toMatchObject({ decision: "run", reason: `changed: ${reason}` });
  });

  test("a parameter", async () => {
    expect(await decided(undefined, { epochs: "2" })).toMatchObject({
      decision: "run",
      reason: "changed: parameter epochs",
    });
  });
});

describe("a step does not run again after a change of", () => {
  test.each<[what: string, edit: Edit]>([
    ["a secret's value", [".env", "of the first run", "of the second"]],
    ["its resource limits", ["pipeline.ts", '"512MB"', '"1GB"']],
    ["its retries", ["pipeline.ts", "maxRetries: 1", "maxRetries: 5"]],
    ["its timeout", ["pipeline.ts", "timeout: 60", "timeout: 90"]],
    ["a neighbour's code", ["pipeline.ts", '"beside"', '"elsewhere"']],
  ])("%s", async (_what, edit) => {
    expect(await decided(edit)).toMatchObject({ decision: "cached" });
  });

  test("time stamps", async () => {
    for (const file of Object.keys(FILES)) await utimes(project.path(file), 0, 0);
    expect(await decided()).toMatchObject({ decision: "cached" });
  });

  test("the place of project and workspace", async () => {
    await using elsewhere = await project.copy();
    expect(plannedStep(await planner.plan(elsewhere), "train")).toMatchObject({ decision: "cached" });
  });
});
