import { globSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandProject, commandProject, containersOf, imagesOf, jsonLines } from "./support.ts";

let project: CommandProject;

beforeAll(async () => {
  project = await commandProject();
});
afterAll(() => project[Symbol.asyncDispose]());

const run = async (pipeline: string, ...args: string[]): Promise<void> => {
  const { status, stderr } = await project.cli("run", "pipeline.ts", pipeline, ...args);
  expect(status, stderr).toBe(pipeline === "failing" ? 1 : 0);
};

const names = async (): Promise<unknown[]> =>
  jsonLines((await project.cli("runs", "--json")).stdout).map(({ name }) => name);

const clean = async (...args: string[]) => {
  const { status, stdout, stderr } = await project.cli("clean", "--json", ...args);
  expect(status, stderr).toBe(0);
  return { removed: jsonLines<{ kind: string; name: string }>(stdout), stderr };
};

const filesIn = (pattern: string): string[] => globSync(pattern, { cwd: project.path(".stepdock") });

test("old runs go with what only they used; what a kept run refers to stays", async () => {
  await run("numbers", "--name", "first");
  await run("failing", "--name", "second");
  await run("numbers", "--name", "third");
  const [images, bundles] = [await imagesOf(project), filesIn("bundles/*.mjs")];

  const dry = await clean("--keep", "1", "--dry-run");
  expect(await names()).toEqual(["third", "second", "first"]);
  const wet = await clean("--keep", "1");

  expect(wet.removed.map(({ kind, name }) => [kind, name]).sort()).toEqual(
    dry.removed.map(({ kind, name }) => [kind, name]).sort(),
  );
  expect(wet.removed.filter(({ kind }) => kind === "run").map(({ name }) => name)).toEqual([
    "second",
    "first",
  ]);
  expect(wet.removed.filter(({ kind }) => kind === "artifact")).toEqual([]);
  expect(await names()).toEqual(["third"]);
  expect((await project.cli("artifact", "third", "greet")).stdout).toBe("hello");
  expect(filesIn("bundles/*.mjs").length).toBe(bundles.length - 2);
  expect((await imagesOf(project)).length).toBeLessThan(images.length);
});

test("with the last run everything goes, and the next run works", async () => {
  const { removed } = await clean("--keep", "0");
  expect(removed.filter(({ kind }) => kind === "artifact")).toHaveLength(5);
  expect(await imagesOf(project)).toEqual([]);
  expect(filesIn("bundles/*")).toEqual([]);
  expect(filesIn("runs/*")).toEqual([]);
  expect(filesIn("stores/*/*/*/*")).toEqual([]);
  expect((await project.cli("clean")).stdout).toBe("nothing to clean\n");
  await run("numbers", "--name", "fourth");
});

test("a run that is young is kept where an age is given", async () => {
  await clean("--older-than", "1d");
  expect(await names()).toEqual(["fourth"]);
  await clean("--older-than", "0s");
  expect(await names()).toEqual([]);
});

test("nothing of a run that goes on is touched", async () => {
  const { child, result } = await project.start(
    "wait | waiting",
    "run",
    "pipeline.ts",
    "waiting",
    "--name",
    "live",
  );
  const { removed, stderr } = await clean("--keep", "0");
  expect(removed).toEqual([]);
  expect(stderr).toContain("run live (");
  expect(await containersOf(project)).toEqual(["wait"]);
  expect(jsonLines((await project.cli("runs", "--json")).stdout)).toMatchObject([{ status: "running" }]);
  child.kill("SIGKILL");
  await result;
});

test("a run whose owner died is told as interrupted, and its container goes though the run is kept", async () => {
  expect(jsonLines((await project.cli("runs", "--json")).stdout)).toMatchObject([
    { name: "live", status: "interrupted" },
  ]);
  expect((await project.cli("show", "live")).stdout).toMatch(/^wait +interrupted/m);
  expect(await containersOf(project)).toEqual(["wait"]);
  const { removed } = await clean();
  expect(removed.filter(({ kind }) => kind === "container")).toHaveLength(1);
  expect(await containersOf(project)).toEqual([]);
  expect(await names()).toEqual(["live"]);
});

test("an interrupted run that is old goes, too", async () => {
  await clean("--keep", "0");
  expect(await names()).toEqual([]);
  expect(filesIn("stores/*/*/*/*")).toEqual([]);
});
