import type { ChildProcess } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ExecutionStatus, isFinished, type RunEvent } from "../../../src/model/index.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { docker, type EndedRun, leftoversOf, NOTHING, runPipeline } from "./support.ts";

const INTERRUPTIONS = 20;
/** Said on stderr when the first signal is heeded and the next one counts. */
const STOPPING = "press Ctrl-C again";

const PIPELINE = `
import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import * as z from "zod";

const inputs = { given: z.array(z.int()) };
const talk = (n: number) => console.log("working", n);
export const plain = step({ name: "plain", inputs, output: z.int(), run: async ({ given }) => {
  for (let n = 1; n <= 3; n += 1) { talk(n); await setTimeout(15); }
  return given.length;
} });
/** Ends only when it is killed, if it is asked to stop while it runs. */
export const stubborn = step({ name: "stubborn", inputs, output: z.int(), run: async ({ given }, { signal }) => {
  for (let n = 1; n <= 3; n += 1) { talk(n); await setTimeout(15); }
  return signal.aborted ? await setTimeout(600_000, 0) : given.length;
} });
export const pair = step({ name: "pair", inputs: { left: z.int(), right: z.int() }, output: z.int(),
  run: ({ left, right }) => { talk(left); return left + right; } });

const eight = (other: typeof plain) => () => {
  const [a, b] = [plain.with({ id: "a" })({ given: [1] }), other.with({ id: "b" })({ given: [2] })];
  const c = pair.with({ id: "c" })({ left: a, right: b });
  const d = pair.with({ id: "d" })({ left: a, right: a });
  const e = plain.with({ id: "e", after: [b] })({ given: [3] });
  const f = pair.with({ id: "f" })({ left: c, right: d });
  const g = other.with({ id: "g", after: [e] })({ given: [4] });
  pair.with({ id: "h" })({ left: f, right: g });
};
export const gentle = pipeline({ name: "gentle", define: eight(plain) });
export const tough = pipeline({ name: "tough", define: eight(stubborn) });

export const deaf = step({ name: "deaf", output: z.int(), run: (_inputs, { signal }) => {
  console.log(signal.aborted ? "asked" : "ready");
  return setTimeout(600_000, 0);
} });
export const killing = pipeline({ name: "killing", define: () => {
  pair({ left: deaf(), right: 1 });
} });

/** Takes its time to end well, once it is asked to. */
export const heedful = step({ name: "heedful", output: z.string(), run: async (_inputs, { signal }) => {
  const asked = new Promise((resolve) => signal.addEventListener("abort", resolve));
  const busy = setInterval(() => {}, 1000);
  console.log("ready");
  await asked;
  await setTimeout(300);
  clearInterval(busy);
  console.log("saved");
  return "saved";
} });
export const never = step({ name: "never", inputs: { text: z.string() }, run: () => {} });
export const graceful = pipeline({ name: "graceful", define: () => { never({ text: heedful() }); } });
`;

/** Numbers from 0 to 1 that a seed decides: mulberry32. */
const randomFrom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

/** Sends SIGINT at the first event that `isMoment`, and again, if wanted, as soon as the second one counts. */
const interruptAt =
  (isMoment: (line: string, count: number) => boolean, { twice = false } = {}) =>
  (child: ChildProcess): void => {
    let rest = "";
    let said = "";
    let [count, sent] = [0, 0];
    const send = (limit: number) => {
      if (sent < limit && child.kill("SIGINT")) sent += 1;
    };
    child.stdout?.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        count += 1;
        if (isMoment(line, count)) send(1);
      }
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (twice && sent === 1 && said.includes(STOPPING)) send(2);
    });
  };

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
});
afterAll(() => project[Symbol.asyncDispose]());

const ALLOWED: readonly ExecutionStatus[] = ["completed", "stopped", "skipped"];

/** A signal that comes when the run has ended, and its process is about to, ends that as it ends any other. */
const cameTooLate = ({ signal, run }: EndedRun): boolean => signal === "SIGINT" && run.status === "completed";

const expectFinal = (run: EndedRun): void => {
  const status = cameTooLate(run) ? 0 : run.status;
  expect([0, 130], run.stderr).toContain(status);
  expect(run.run.status).toBe(status === 0 ? "completed" : "stopped");
  expect(run.run.finishedAt).not.toBeNull();
  expect(run.steps.filter(({ status }) => !isFinished(status))).toEqual([]);
  expect(run.steps.filter(({ status }) => !ALLOWED.includes(status))).toEqual([]);
  expect(run.events.at(-1)).toMatchObject({ event: "run_finished", status: run.run.status });
};

const containersOf = (runId: string) =>
  docker.listContainers({ all: true, filters: { label: [`dev.stepdock.run-id=${runId}`] } });

test(`${INTERRUPTIONS} interruptions at random moments leave none either`, { timeout: 900_000 }, async () => {
  const seed = Number(process.env.STEPDOCK_TEST_SEED ?? randomInt(2 ** 31));
  const random = randomFrom(seed);
  const whole = await runPipeline(project, "gentle", { args: ["--no-cache"] });
  expect(whole).toMatchObject({ status: 0, run: { status: "completed" } });
  expect(whole.steps.map(({ status }) => status)).toEqual(Array(8).fill("completed"));
  const interrupt = async (round: number): Promise<number> => {
    const twice = round % 4 === 3;
    const moment = 1 + Math.floor(random() * (whole.events.length - 1));
    const onSpawn = interruptAt((_line, count) => count === moment, { twice });
    const run = await runPipeline(project, twice ? "tough" : "gentle", { args: ["--no-cache"], onSpawn });
    const how = `${twice ? "two signals" : "one signal"} at event ${moment} of about ${whole.events.length}`;
    console.log(`seed ${seed}, interruption ${round}: ${how}: exit ${run.status}, ${run.steps.length} steps`);
    expectFinal(run);
    expect(await containersOf(run.run.id)).toEqual([]);
    return run.status ?? -1;
  };
  const exits: number[] = [];
  for (let round = 0; round < INTERRUPTIONS; round += 2) {
    exits.push(...(await Promise.all([interrupt(round), interrupt(round + 1)])));
  }
  expect(exits.filter((status) => status === 130).length).toBeGreaterThan(INTERRUPTIONS / 4);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

const isLog = (line: string, invocation: string, text: string): boolean => {
  const event = JSON.parse(line) as RunEvent;
  return event.event === "step_log" && event.invocation === invocation && event.text === text;
};

test("a step that listens to its signal gets the grace period and ends well; what follows it is not begun", async () => {
  const onSpawn = interruptAt((line) => isLog(line, "heedful", "ready"));
  const run = await runPipeline(project, "graceful", { args: ["--no-cache"], onSpawn });
  expectFinal(run);
  expect(run.status).toBe(130);
  expect(run.step("heedful")).toMatchObject({ status: "completed", exitCode: 0, warnings: [] });
  expect(run.step("never")).toMatchObject({ status: "stopped", skipReason: { kind: "interrupted" } });
  expect(run.stdout).toContain('"text":"saved"');
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("a step that ignores SIGTERM is killed by the second interruption", async () => {
  const onSpawn = interruptAt((line) => isLog(line, "deaf", "ready"), { twice: true });
  const run = await runPipeline(project, "killing", { args: ["--no-cache"], onSpawn });
  expectFinal(run);
  expect(run.status).toBe(130);
  expect(run.step("deaf")).toMatchObject({ status: "stopped", exitCode: 137 });
  expect(run.step("pair").status).toBe("stopped");
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("an interruption while an image is built leaves no container, and its steps are stopped", async () => {
  const source = `${PIPELINE}\nexport const fresh = ${JSON.stringify(randomUUID())};\nconsole.debug(fresh);`;
  await using other = await createProject({ "pipeline.ts": source });
  const onSpawn = interruptAt((line) => line.includes('"build_started"'));
  // It does not end before it is asked to, however late that is.
  const run = await runPipeline(other, "graceful", { onSpawn });
  expectFinal(run);
  expect(run.status).toBe(130);
  expect(await leftoversOf(other)).toEqual(NOTHING);
});
