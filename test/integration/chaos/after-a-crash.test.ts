import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { keepTrackOf } from "../../fixtures/children.ts";
import { crashProject, RESULT } from "./support.ts";

const CLI = resolve(import.meta.dirname, "../../../dist/src/cli/main.js");

test("a run whose owner is dead is shown as interrupted; one process resumes it, with the code it was begun with, and another is told so", async () => {
  await using project = await crashProject();
  const { id, name } = await project.crash();
  for (const args of [["runs"], ["show", id]]) {
    const { stdout } = await project.stepdock(...args);
    expect(stdout).toContain(name);
    expect(stdout).toContain("interrupted");
  }
  await project.edit("pipeline.ts", "held by version 1", "held by version 2");
  await project.edit("pipeline.ts", "used by version 1", "used by version 2");
  const cwd = project.directory;
  const winner = keepTrackOf(spawn(process.execPath, [CLI, "resume", id, "--json"], { cwd }), cwd);
  const [said, closed] = [text(winner.stdout), once(winner, "close")];
  await once(winner.stdout, "data");
  const loser = await project.stepdock("resume", id);
  expect(loser.status).toBe(2);
  expect(loser.stderr).toContain(`Run ${id} is owned by another process that is alive.`);
  await project.letGo();
  const [status] = await closed;
  expect(status, await said).toBe(0);
  expect(await project.run()).toMatchObject({ id, status: "completed" });
  expect(await project.result()).toBe(RESULT);
  expect(await project.only("hold")).toMatchObject({ status: "completed", attempt: 1 });
  expect(await project.containers()).toEqual([]);
  const again = await project.stepdock("resume", id);
  expect(again).toMatchObject({ status: 2 });
  expect(again.stderr).toContain("has ended: completed. There is nothing to resume.");
});

test("where the code of its steps is gone, a run cannot go on, and the message says what to do; nothing is overwritten", async () => {
  await using project = await crashProject();
  const { id, status } = await project.crash();
  await rm(project.path(".stepdock/bundles"), { recursive: true });
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status).toBe(2);
  expect(resumed.stderr).toMatch(/cannot go on: the code of its steps is not at \S+\.mjs any more\./);
  expect(resumed.stderr).toContain("Run the pipeline again: what was completed is cached.");
  expect(await project.run()).toMatchObject({ id, status });
  expect(await project.only("hold")).toMatchObject({ status: "running", failure: null });
});

test("the next run removes the containers of a dead one with a warning; so does clean; what is resumed begins them again", async () => {
  await using project = await crashProject();
  const { id } = await project.crash();
  expect(await project.held()).toHaveLength(1);
  const next = await project.stepdock("run", "pipeline.ts", "small", "--no-cache");
  expect(next.status, next.stderr).toBe(0);
  expect(next.stdout + next.stderr).toContain(`stepdock resume ${id} goes on with it.`);
  expect(await project.containers()).toEqual([]);

  const { id: second } = await project.crash();
  expect(await project.held()).toHaveLength(1);
  const cleaned = await project.stepdock("clean");
  expect(cleaned.status, cleaned.stderr).toBe(0);
  expect(await project.containers()).toEqual([]);

  await project.letGo();
  const resumed = await project.stepdock("resume", second);
  expect(resumed.status, resumed.stderr + resumed.stdout).toBe(0);
  expect(await project.attempts("hold")).toMatchObject([
    { status: "stopped", failure: { kind: "lost" } },
    { status: "completed", attempt: 2 },
  ]);
  expect(await project.result()).toBe(RESULT);
});
