import { globSync } from "node:fs";
import { appendFile, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchEngine } from "../../fixtures/engine-events.ts";
import type { Project } from "../../fixtures/project.ts";
import { EVERY_STEP, numbersProject } from "./numbers-project.ts";
import { outputOf, runPipeline, workspaceIdOf } from "./pipeline-support.ts";

/** A project whose pipeline has run; each test takes a copy, its workspace with it, and runs that again. */
let warm: Project;

beforeAll(async () => {
  warm = await numbersProject();
  await runPipeline(warm);
});

afterAll(() => warm[Symbol.asyncDispose]());

const storedFile = (project: Project, pattern: string): string => {
  const found = globSync(`.stepdock/stores/*/${pattern}`, { cwd: project.directory });
  expect(found).toHaveLength(1);
  return project.path(found[0] ?? "");
};

test("a second run takes every step from the cache and creates no container", async () => {
  await using project = await numbersProject();
  await using engine = await watchEngine(await workspaceIdOf(project));

  const first = await runPipeline(project);
  const created = (await engine.creations()).flatMap(({ invocation }) => invocation ?? []);
  const second = await runPipeline(project);

  expect(first.executed).toEqual(EVERY_STEP);
  expect(created.sort()).toEqual(EVERY_STEP);
  expect(second.statuses).toEqual(Object.fromEntries(EVERY_STEP.map((id) => [id, "cached"])));
  expect(await engine.creations()).toEqual([]);
  expect(second.events.filter(({ event }) => event.startsWith("build_"))).toEqual([]);
  expect(await outputOf(project, second, "sum")).toBe(12);
});

test("a checkout at another path runs nothing again", async () => {
  await using project = await warm.copy();
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual([]);
  expect(await outputOf(project, ran, "sum")).toBe(12);
});

test("two checkouts with one workspace share its cache", async () => {
  await using other = await warm.copy();
  await using workspace = await warm.copy();
  await rm(other.path(".stepdock"), { recursive: true });
  const ran = await runPipeline(other, ["--workspace", workspace.path(".stepdock")]);
  expect(ran.executed).toEqual([]);
});

test("an edited helper runs only the step that reaches it where its output stays the same", async () => {
  await using project = await warm.copy();
  await project.edit("helper.ts", "=> 2", "=> new Date(2).getTime()");
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["double"]);
  expect(ran.statuses).toMatchObject({ load: "cached", sum: "cached", greet: "cached" });
});

test("an edited helper runs the step that reaches it, and descendants whose inputs it changed", async () => {
  await using project = await warm.copy();
  await project.edit("helper.ts", "=> 2", "=> 3");
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["double", "sum"]);
  expect(await outputOf(project, ran, "sum")).toBe(18);
});

test("an edit that is taken back finds the results of before", async () => {
  await using project = await warm.copy();
  await project.edit("helper.ts", "=> 2", "=> 3");
  await runPipeline(project);
  await project.edit("helper.ts", "=> 3", "=> 2");
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual([]);
  expect(await outputOf(project, ran, "sum")).toBe(12);
});

test("an edited neighbour that is no part of the pipeline runs nothing again", async () => {
  await using project = await warm.copy();
  await project.edit("steps.ts", "run: () => 1", "run: () => 2");
  await project.edit(
    "steps.ts",
    "export const unused",
    "export const added = z.object({ a: z.string() }).extend({});\nexport const unused",
  );
  expect((await runPipeline(project)).executed).toEqual([]);
});

test("an edited neighbour in the pipeline runs by itself", async () => {
  await using project = await warm.copy();
  await project.edit("steps.ts", '"hello "', '"good day, "');
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["greet"]);
  expect(await outputOf(project, ran, "greet")).toBe("good day, world");
});

test("an edited comment, and blank lines, run nothing again", async () => {
  await using project = await warm.copy();
  await project.edit(
    "steps.ts",
    "// A comment about the sum.",
    "\n\n// Another comment.\n/* And one more. */",
  );
  await project.edit("helper.ts", "/** By how much. */", "");
  await project.edit("steps.ts", "run: ({ n }) => ({", "// Inside a step.\n  run: ({ n }) => ({");
  expect((await runPipeline(project)).executed).toEqual([]);
});

test("a changed parameter runs only what depends on it", async () => {
  await using project = await warm.copy();
  expect((await runPipeline(project, ["--param", "name=moon"])).executed).toEqual(["greet"]);
  const ran = await runPipeline(project, ["--param", "n=4"]);
  expect(ran.executed).toEqual(["double", "load", "sum"]);
  expect(await outputOf(project, ran, "sum")).toBe(20);
});

test("--no-cache runs every step, and what it made is in the cache afterwards", async () => {
  await using project = await warm.copy();
  const uncached = await runPipeline(project, ["--no-cache"]);
  expect(uncached.executed).toEqual(EVERY_STEP);
  expect((await runPipeline(project)).executed).toEqual([]);
});

test("a step with enableCache false always runs, and its descendants only if its output changed", async () => {
  await using project = await warm.copy();
  await project.edit("steps.ts", 'name: "double",', 'name: "double",\n  enableCache: false,');
  expect((await runPipeline(project)).executed).toEqual(["double"]);
  expect((await runPipeline(project)).executed).toEqual(["double"]);
});

test("an artifact that was edited is not used: the step runs again, with a warning that names the file", async () => {
  await using project = await warm.copy();
  const file = storedFile(project, "double/xs/*/value.json");
  await appendFile(file, " ");
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["double"]);
  expect(ran.warnings.join()).toMatch(/runs again.*double\/xs/s);
  expect((await runPipeline(project)).executed).toEqual([]);
});

test("an artifact of the same size and time with other content is not used", async () => {
  await using project = await warm.copy();
  const file = storedFile(project, "double/xs/*/value.json");
  await writeFile(file, (await readFile(file, "utf8")).replace("2", "9"));
  await utimes(file, 1, 1);
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["double"]);
  expect(await outputOf(project, ran, "sum")).toBe(12);
});

test("an artifact that was deleted is made again, with a warning", async () => {
  await using project = await warm.copy();
  await rm(storedFile(project, "double/xs/*"), { recursive: true });
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["double"]);
  expect(ran.warnings.join()).toMatch(/runs again.*double\/xs/s);
});

test("an artifact that was only touched is still used", async () => {
  await using project = await warm.copy();
  await utimes(storedFile(project, "double/xs/*/value.json"), 1, 1);
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual([]);
  expect(ran.warnings).toEqual([]);
});
