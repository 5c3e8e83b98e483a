import { randomBytes } from "node:crypto";
import { globSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { clean as cleanWorkspace, type RemovedThing } from "../../../src/host/clean.ts";
import { ensureBaseImage } from "../../../src/image-builder/base-image.ts";
import { thisHost } from "../../../src/image-builder/base-image-host.ts";
import { knownTag } from "../../../src/image-builder/base-image-known.ts";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { importFile } from "../docker/image-fixture.ts";
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
  const all = jsonLines<{ kind: string; name: string }>(stdout);
  // Base images are of all workspaces: other tests make more of these tags at any time.
  const removed = all.filter(({ name }) => !name.startsWith("stepdock/base:here-"));
  return { removed, stderr };
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
  expect((await clean()).removed).toEqual([]);
  await run("numbers", "--name", "fourth");
});

test("a run that is young is kept where an age is given", async () => {
  await clean("--older-than", "1d");
  expect(await names()).toEqual(["fourth"]);
  await clean("--older-than", "0s");
  expect(await names()).toEqual([]);
});

const DAY = 24 * 3_600_000;

/** Nothing is removed for real: other tests look for such tags at this moment. */
test("the tags go of base images that are not of this installation of Node, and had no new one for two weeks", async () => {
  await using engine = await connectEngine();
  const { reference } = await ensureBaseImage(engine, { preferred: "registry.invalid/stepdock/none:1" });
  const other = `stepdock/base:here-${randomBytes(12).toString("hex")}`;
  await importFile(engine, other, ["LABEL dev.stepdock.base=1"]);
  await using _ = { [Symbol.asyncDispose]: () => engine.images.remove(other) };
  const removedAfter = async (days: number): Promise<string[]> => {
    const names: string[] = [];
    const onRemoved = ({ name }: RemovedThing) => void names.push(name);
    await using workspace = await openWorkspace(project.path(".stepdock"));
    const now = new Date(Date.now() + days * DAY);
    await cleanWorkspace(workspace, async () => engine, { dryRun: true, now, onRemoved });
    return names;
  };
  const later = await removedAfter(15);
  expect(later).toContain(other);
  for (const kept of [reference, await knownTag(thisHost())]) expect(later).not.toContain(kept);
  expect(await removedAfter(13)).not.toContain(other);
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
