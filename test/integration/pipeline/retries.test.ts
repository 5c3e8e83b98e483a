import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject, type Project } from "../../fixtures/project.ts";
import { leftoversOf, NOTHING, returnedBy, runPipeline } from "./support.ts";

const PIPELINE = `
import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import * as z from "zod";

export const flaky = step({ name: "flaky", output: z.int(), retry: { maxRetries: 3, delay: 0.2, backoff: 3 },
  run: (_inputs, { attempt }) => {
    console.log("attempt", attempt, "of", process.pid);
    if (attempt < 3) throw new RangeError("not yet: " + attempt);
    return attempt;
  } });
export const hopeless = step({ name: "hopeless", retry: { maxRetries: 1 }, run: () => { throw new Error("never"); } });
export const fatal = step({ name: "fatal", retry: { maxRetries: 3 },
  run: () => { throw Object.assign(new Error("no use"), { retryable: false }); } });
export const greedy = step({ name: "greedy", output: z.int(),
  settings: { resources: { memory: "96MB" } }, retry: { maxRetries: 2, memoryFactor: 4 },
  run: async (_inputs, { attempt }) => {
    const hoard: Buffer[] = [];
    for (let n = 0; n < 160; n += 10) { hoard.push(Buffer.alloc(10_000_000, n)); await setTimeout(1); }
    return attempt;
  } });
export const starved = greedy.with({ retry: { maxRetries: 1, memoryFactor: 1.125 } });
export const sleeper = step({ name: "sleeper", timeout: 10, run: async (_inputs, { signal }) => {
  signal.addEventListener("abort", () => {});
  await setTimeout(600_000);
} });
export const stubborn = sleeper.with({ id: "stubborn", stopGracePeriod: 1 });
/** Whether a step is asked is for one to tell that has all the time to say so. */
export const heeding = step({ name: "heeding", timeout: 10, stopGracePeriod: 100, run: async (_inputs, { signal }) => {
  signal.addEventListener("abort", () => console.log("woken"));
  await setTimeout(600_000, undefined, { signal });
} });

const options = { enableCache: false } as const;
export const retrying = pipeline({ name: "retrying", ...options, define: () => { flaky(); } });
export const failing = pipeline({ name: "failing", ...options, define: () => { hopeless(); fatal(); } });
export const hungry = pipeline({ name: "hungry", ...options, define: () => { greedy(); } });
export const starving = pipeline({ name: "starving", ...options, define: () => { starved(); } });
export const slow = pipeline({ name: "slow", ...options, define: () => { stubborn(); heeding(); } });
`;

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
});
afterAll(() => project[Symbol.asyncDispose]());

const printed = (runId: string, invocation: string, attempt: number): string =>
  readFileSync(project.path(`.stepdock/runs/${runId}/${invocation}/${attempt}/log.ndjson`), "utf8");

test("each attempt has a container and a log of its own, and waits longer than the one before", async () => {
  const run = await runPipeline(project, "retrying");
  expect(run).toMatchObject({ status: 0, run: { status: "completed" } });
  expect(run.steps.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, "retried"],
    [2, "retried"],
    [3, "completed"],
  ]);
  expect(run.steps[0]?.failure).toMatchObject({ kind: "threw", message: "not yet: 1", retryable: true });
  expect(new Set(run.steps.map(({ containerId }) => containerId)).size).toBe(3);
  for (const attempt of [1, 2, 3]) {
    const text = printed(run.run.id, "flaky", attempt);
    expect([1, 2, 3].filter((each) => text.includes(`attempt ${each} of`))).toEqual([attempt]);
  }
  expect(await returnedBy(project, run.step("flaky"))).toBe(3);
  const pauses = [0, 1].map(
    (n) => Date.parse(run.steps[n + 1]?.createdAt ?? "") - Date.parse(run.steps[n]?.finishedAt ?? ""),
  );
  expect(pauses[0]).toBeGreaterThan(190);
  expect(pauses[1]).toBeGreaterThan(590);
});

test("the statuses of an attempt that is tried again are told in order", async () => {
  const run = await runPipeline(project, "retrying");
  const told = run.events.flatMap((event) =>
    event.event === "step_status" ? [`${event.attempt} ${event.status}`] : [],
  );
  const attempt = (n: number, ...ends: string[]) =>
    ["initializing", "running", ...ends].map((each) => `${n} ${each}`);
  expect(told).toEqual([
    ...attempt(1, "retrying", "retried"),
    ...attempt(2, "retrying", "retried"),
    ...attempt(3, "completed"),
  ]);
});

test("what fails every time fails with the last attempt; what says it is not retryable is not tried again", async () => {
  const run = await runPipeline(project, "failing");
  expect(run).toMatchObject({ status: 1, run: { status: "failed" } });
  const of = (invocation: string) =>
    run.steps.filter(({ invocationId }) => invocationId === invocation).map(({ status }) => status);
  expect(of("hopeless")).toEqual(["retried", "failed"]);
  expect(of("fatal")).toEqual(["failed"]);
  expect(run.failure("fatal")).toMatchObject({ message: "no use", retryable: false });
});

test("after an attempt that ran out of memory the next gets `memoryFactor` times as much", async () => {
  const run = await runPipeline(project, "hungry");
  expect(run).toMatchObject({ status: 0, run: { status: "completed" } });
  expect(run.steps.map(({ status }) => status)).toEqual(["retried", "completed"]);
  expect(run.steps[0]?.failure).toMatchObject({ kind: "out_of_memory" });
  expect(run.steps[0]?.failure?.message).toContain("memory limit of 96MB");
  expect(await returnedBy(project, run.step("greedy"))).toBe(2);
});

test("the message names the limit that the attempt had", async () => {
  const run = await runPipeline(project, "starving");
  expect(run.steps.map(({ status }) => status)).toEqual(["retried", "failed"]);
  expect(run.steps[0]?.failure?.message).toContain("memory limit of 96MB");
  expect(run.failure("greedy").message).toContain("memory limit of 108MB");
});

test("a step that is out of time is asked to end, killed after its own grace period, and told as what it is", async () => {
  const run = await runPipeline(project, "slow");
  expect(run).toMatchObject({ status: 1, run: { status: "failed", failure: null } });
  expect(run.failure("stubborn")).toMatchObject({ kind: "timeout", name: "StepTimeout" });
  expect(run.failure("stubborn").message).toContain("its timeout of 10 s");
  expect(run.step("stubborn").exitCode).toBe(137);
  expect(printed(run.run.id, "heeding", 1)).toContain("woken");
  expect(run.failure("heeding").kind).toBe("timeout");
  expect(run.step("heeding").exitCode).not.toBe(137);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});
