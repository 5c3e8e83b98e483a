import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { status, stop } from "../../../src/host.ts";
import type { RunEvent } from "../../../src/model/index.ts";
import { type CliResult, stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { oncePrinted } from "./rendezvous.ts";
import { type EndedRun, leftoversOf, NOTHING, open, runPipeline } from "./support.ts";

const PIPELINE = `
import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import * as z from "zod";

export const quick = step({ name: "quick", output: z.int(), run: () => 1 });
/** Takes a moment to end well once it is asked to. */
export const heedful = step({ name: "heedful", inputs: { n: z.int() }, output: z.string(), run: async (_inputs, { signal }) => {
  const busy = setInterval(() => {}, 1000);
  const asked = new Promise((resolve) => signal.addEventListener("abort", resolve));
  console.log("ready");
  await asked;
  clearInterval(busy);
  return "saved";
} });
/** Ends only when it is killed. */
export const deaf = step({ name: "deaf", inputs: { n: z.int() }, output: z.string(), run: async (_inputs, { signal }) => {
  console.log(signal.aborted ? "asked" : "ready");
  return await setTimeout(600_000, "never");
} });
export const after = step({ name: "after", inputs: { text: z.string() }, run: () => {} });
const wired = (middle: typeof deaf) => () => { after({ text: middle({ n: quick() }) }); };

export const gentle = pipeline({ name: "gentle", enableCache: false, define: wired(heedful) });
export const tough = pipeline({ name: "tough", enableCache: false, define: wired(deaf) });
export const local = pipeline({ name: "local", enableCache: false, stack: "local", define: wired(deaf) });
export const late = pipeline({ name: "late", enableCache: false, timeout: 3,
  define: wired(deaf.with({ stopGracePeriod: 1 })) });
export const inTime = pipeline({ name: "in_time", enableCache: false, define: () => { quick(); } }).with({ timeout: 600 });
`;

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
});
afterAll(() => project[Symbol.asyncDispose]());

const workspace = () => project.path(".stepdock");

/** Calls back once, with the id of the run, when a step of it says that it is ready. */
const whenReady =
  (act: (runId: string, child: ChildProcess) => void) =>
  (child: ChildProcess): void => {
    let [rest, runId, done] = ["", "", false];
    child.stdout?.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const event of lines.map((line) => JSON.parse(line) as RunEvent)) {
        if (event.event === "run_started") runId = event.runId;
        if (done || event.event !== "step_log" || event.text !== "ready") continue;
        done = true;
        act(runId, child);
      }
    });
  };

/** Runs a pipeline, and does something as soon as it is under way. */
const during = async <T>(
  name: string,
  act: (runId: string, child: ChildProcess) => Promise<T>,
): Promise<{ readonly run: EndedRun; readonly acted: T }> => {
  const acted = Promise.withResolvers<T>();
  const onSpawn = whenReady((...facts) => act(...facts).then(acted.resolve, acted.reject));
  const run = await runPipeline(project, name, { onSpawn });
  return { run, acted: await acted.promise };
};

const expectStopped = async (run: EndedRun): Promise<void> => {
  expect(run).toMatchObject({ status: 130, run: { status: "stopped", failure: null } });
  expect(run.run.finishedAt).not.toBeNull();
  expect(run.step("quick").status).toBe("completed");
  expect(run.step("after")).toMatchObject({ status: "stopped", skipReason: { kind: "interrupted" } });
  expect(await leftoversOf(project)).toEqual(NOTHING);
};

const cli = (...args: string[]): Promise<CliResult> => stepdock(args, { cwd: project.directory });

test("`stop` asks the owner of a run, which gives its steps time, and returns when it has ended", async () => {
  const { run, acted } = await during("gentle", async (runId) => {
    const stopped = await cli("stop", runId);
    return { stopped, state: await status(runId, { workspace: workspace() }) };
  });
  await expectStopped(run);
  expect(run.step("heedful")).toMatchObject({ status: "completed", exitCode: 0 });
  expect(acted.stopped).toMatchObject({ status: 0, stderr: "" });
  expect(acted.stopped.stdout).toBe(`run ${run.run.name} (${run.run.id}) is stopped\n`);
  expect(acted.state.status).toBe("stopped");
  expect(existsSync(project.path(`.stepdock/runs/${run.run.id}/stop`))).toBe(false);
  expect(run.stdout).toContain("Another process asked this run to stop.");
});

test("`stop --force` kills what takes its time", async () => {
  const { run, acted } = await during("tough", (runId) => cli("stop", runId, "--force"));
  await expectStopped(run);
  expect(run.step("deaf")).toMatchObject({ status: "stopped", exitCode: 137, failure: { kind: "stopped" } });
  expect(acted.status).toBe(0);
});

test("a program stops a run of another process, and sees how it stands meanwhile", async () => {
  const { run, acted } = await during("tough", async (runId) => {
    const before = await status(runId, { workspace: workspace() });
    return { before, stopped: await stop(runId, { force: true, workspace: workspace() }) };
  });
  await expectStopped(run);
  expect(acted.before).toMatchObject({
    ...{ status: "running", run: { id: run.run.id } },
    stepStatuses: { quick: "completed", deaf: "running" },
  });
  expect(acted.stopped).toMatchObject({ abandoned: false, run: { status: "stopped" } });
});

test("a run in the process of its orchestrator is stopped as well", async () => {
  const { run, acted } = await during("local", (runId) => cli("stop", runId));
  await expectStopped(run);
  expect(acted.status).toBe(0);
});

test("a run whose owner is dead is ended by who stops it, its containers removed", async () => {
  const died = Promise.withResolvers<string>();
  const onSpawn = whenReady(async (runId, child) => {
    child.kill("SIGKILL");
    await once(child, "exit");
    died.resolve(runId);
  });
  await stepdock(["run", "pipeline.ts", "tough", "--json"], { cwd: project.directory, onSpawn });
  const runId = await died.promise;
  expect((await status(runId, { workspace: workspace() })).status).toBe("interrupted");
  expect((await leftoversOf(project)).containers).toContainEqual(expect.stringMatching(/-deaf-.*running/));
  const stopped = await cli("stop", runId);
  expect(stopped).toMatchObject({ status: 0, stderr: "" });
  expect(stopped.stdout).toMatch(/is stopped; the process that owned it was dead/);
  expect(await leftoversOf(project)).toEqual(NOTHING);
  const { run, stepStatuses } = await status(runId, { workspace: workspace() });
  expect(run).toMatchObject({ status: "stopped", finishedAt: expect.any(String) });
  expect(stepStatuses).toEqual({ quick: "completed", deaf: "stopped", after: "stopped" });
  const again = await cli("stop", runId);
  expect(again.status).toBe(2);
  expect(again.stderr).toMatch(/has ended: stopped\. There is nothing to stop/);
});

test("an owner that is killed while it stops leaves nothing to wait for", async () => {
  const died = Promise.withResolvers<CliResult>();
  const onSpawn = whenReady((runId, child) => {
    const stopping = stepdock(["stop", runId], { cwd: project.directory });
    oncePrinted(
      (said) => said.includes("asked this run to stop"),
      () => child.kill("SIGKILL"),
    )(child);
    stopping.then(died.resolve, died.reject);
  });
  await stepdock(["run", "pipeline.ts", "tough", "--json"], { cwd: project.directory, onSpawn });
  expect((await died.promise).stdout).toMatch(/is stopped; the process that owned it was dead/);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("a request that a dead owner never saw does not stop the run when it is resumed", async () => {
  const onSpawn = whenReady((runId, child) => {
    child.kill("SIGKILL");
    writeFileSync(project.path(`.stepdock/runs/${runId}/stop`), "force");
  });
  await stepdock(["run", "pipeline.ts", "tough", "--json"], { cwd: project.directory, onSpawn });
  await using records = await open(project);
  const { id } = await records.metadata.findRun("latest");
  const request = project.path(`.stepdock/runs/${id}/stop`);
  expect(existsSync(request)).toBe(true);
  const stopped = Promise.withResolvers<{ readonly stale: boolean; readonly result: CliResult }>();
  const onResume = (child: ChildProcess) =>
    child.stdout?.once("data", () => {
      const stale = existsSync(request);
      cli("stop", id, "--force").then((result) => stopped.resolve({ stale, result }), stopped.reject);
    });
  const resumed = await stepdock(["resume", id, "--json"], { cwd: project.directory, onSpawn: onResume });
  expect(await stopped.promise).toMatchObject({ stale: false, result: { status: 0 } });
  expect(resumed.status, resumed.stderr + resumed.stdout).toBe(130);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test.each(["SIGTERM", "SIGHUP"] as const)("%s stops a run as Ctrl-C does", async (name) => {
  const { run } = await during("gentle", async (_runId, child) => child.kill(name));
  await expectStopped(run);
  expect(run.signal).toBeNull();
  expect(run.stderr).toContain("press Ctrl-C again");
  expect(run.step("heedful").status).toBe("completed");
});

test("a run that takes longer than its timeout is stopped, and failed with the timeout", async () => {
  const run = await runPipeline(project, "late");
  expect(run).toMatchObject({ status: 1, run: { status: "failed", failure: { kind: "timeout" } } });
  expect(run.run.failure?.message).toBe("The run took longer than its timeout of 3 s and was stopped.");
  expect(run.steps.map(({ status }) => status)).not.toContain("running");
  expect(run.step("after").status).toBe("stopped");
  expect(run.events.at(-1)).toMatchObject({
    event: "run_finished",
    status: "failed",
    failure: { kind: "timeout" },
  });
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("a run that ends in time is not kept waiting for its timeout", async () => {
  const run = await runPipeline(project, "inTime");
  expect(run).toMatchObject({ status: 0, run: { status: "completed", failure: null } });
});
