import { appendFile, readdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logBytes, readLog } from "../../../src/logging/log-file.ts";
import { crashProject, docker, RESULT, until } from "./support.ts";

const SHA256 = "[0-9a-f]{64}";

test("an input that was changed between crash and resume fails its consumer with the path and both hashes", async () => {
  await using project = await crashProject();
  const { id } = await project.crash();
  const directory = await project.artifactOf("make");
  const [file = ""] = await readdir(directory);
  await writeFile(join(directory, file), '"MADE"');
  await project.letGo();
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status, resumed.stderr).toBe(1);
  expect(await project.only("hold")).toMatchObject({ status: "completed" });
  const { status, failure, containerId } = await project.only("use");
  expect({ status, containerId }).toEqual({ status: "failed", containerId: null });
  expect(failure).toMatchObject({ kind: "input_damaged", retryable: false });
  expect(failure?.message).toContain(directory);
  expect(failure?.message).toMatch(
    new RegExp(`Input "made" .*${SHA256}, but .*${SHA256} was published`, "s"),
  );
  const again = await project.stepdock("run", "pipeline.ts", "plain");
  expect(again.status, again.stderr).toBe(0);
  expect(await project.result()).toBe(RESULT);
});

test("a result that was cut off is refused with its path, and is left as it is", async () => {
  await using project = await crashProject();
  const { id } = await project.crash();
  await project.letGo();
  // Not all containers: the crash may have left one that was to be parked, made and never started.
  await until(async () => (await project.held()).every(({ State }) => State === "exited"));
  const result = join((await project.pathsOf("hold")).exchange, "result.json");
  await truncate(result, 10);
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status, resumed.stderr).toBe(1);
  const { failure } = await project.only("hold");
  expect(failure).toMatchObject({ kind: "internal", name: "ResultDamaged" });
  expect(failure?.message).toContain(`${result} was changed after it was reported`);
  expect(await project.only("use")).toMatchObject({ status: "skipped" });
});

test("an assignment that was cut off is an attempt that is lost: it is made again, in a place of its own", async () => {
  await using project = await crashProject();
  const { id } = await project.crash();
  const { assignment } = await project.pathsOf("hold");
  await truncate(assignment, 10);
  await project.letGo();
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(await project.attempts("hold")).toMatchObject([
    { status: "stopped", failure: { kind: "lost" } },
    { status: "completed", attempt: 2 },
  ]);
  expect(await project.result()).toBe(RESULT);
  expect(await project.containers()).toEqual([]);
});

test("a log whose last line was cut off goes on whole", async () => {
  await using project = await crashProject();
  const { id } = await project.crash();
  const { log } = await project.pathsOf("hold");
  await appendFile(log, '{"time":"2026-01');
  await project.letGo();
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status, resumed.stderr).toBe(0);
  const warnings: string[] = [];
  const records = readLog(log, { onWarning: ({ message }) => void warnings.push(message) });
  expect((await logBytes(records)).stdout.toString()).toBe("hold is here\n");
  expect(warnings).toEqual([]);
});

const removeHeld = async (held: () => Promise<readonly { readonly Id: string }[]>): Promise<void> => {
  for (const { Id } of await held()) await docker.getContainer(Id).remove({ force: true });
};

test("a container that somebody removes while it runs fails its step, and the record says so", async () => {
  await using project = await crashProject();
  const ran = await project.whileHeld(["run", "pipeline.ts", "plain", "--no-cache"], () =>
    removeHeld(project.held),
  );
  expect(ran.status, ran.stderr).toBe(1);
  const { status, failure } = await project.only("hold");
  expect({ status, kind: failure?.kind }).toEqual({ status: "failed", kind: "removed" });
  expect(failure?.message).toContain("was removed by someone else");
  expect(await project.only("use")).toMatchObject({ status: "skipped" });
});

test("a container that somebody stops, as the end of its engine does, fails its step, and the record says so", async () => {
  await using project = await crashProject();
  const ran = await project.whileHeld(["run", "pipeline.ts", "plain", "--no-cache"], async () => {
    for (const { Id } of await project.held()) await docker.getContainer(Id).stop({ t: 100 });
  });
  expect(ran.status, ran.stderr).toBe(1);
  const { status, failure } = await project.only("hold");
  expect({ status, kind: failure?.kind, retryable: failure?.retryable }).toEqual({
    ...{ status: "failed", kind: "signal", retryable: true },
  });
  expect(failure?.message).toContain("asked to end (SIGTERM), though not by stepdock");
  expect(await project.containers()).toEqual([]);
});

test("a step that may be retried is, after somebody removed its container", async () => {
  await using project = await crashProject();
  const ran = await project.whileHeld(["run", "pipeline.ts", "patient", "--no-cache"], async () => {
    await removeHeld(project.held);
    await project.letGo();
  });
  expect(ran.status, ran.stderr).toBe(0);
  expect(await project.attempts("hold")).toMatchObject([
    { status: "retried", failure: { kind: "removed" } },
    { status: "completed" },
  ]);
  expect(await project.result()).toBe(RESULT);
});

test("a container that was killed while no orchestrator lived, as by the end of its engine, is made again", async () => {
  await using project = await crashProject();
  const { id } = await project.crash();
  for (const { Id } of await project.held()) await docker.getContainer(Id).kill();
  await until(async () => (await project.held()).every(({ State }) => State === "exited"));
  await project.letGo();
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(await project.attempts("hold")).toMatchObject([
    { status: "stopped", failure: { kind: "lost" } },
    { status: "completed", attempt: 2 },
  ]);
  expect(await project.result()).toBe(RESULT);
  expect(await project.containers()).toEqual([]);
});

test("a container that was removed while no orchestrator lived is an attempt that is lost, and is made again", async () => {
  await using project = await crashProject();
  const { id } = await project.crash();
  await removeHeld(project.held);
  await project.letGo();
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(await project.attempts("hold")).toMatchObject([
    { status: "stopped", failure: { kind: "lost" } },
    { status: "completed", attempt: 2 },
  ]);
  expect(await project.result()).toBe(RESULT);
});
