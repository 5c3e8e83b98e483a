import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Failure } from "../../../src/model/index.ts";
import { type EndedRun, runPipeline } from "../pipeline/support.ts";
import { type ErrorProject, errorProject, IMPORTS, placeOf } from "./support.ts";

/** Types and comments, so that no line and no column is the same in what runs. */
const WEATHER = `${IMPORTS}
interface Day { readonly rain: number }
type Days = readonly Day[];

/** Reads them. */
const read = (path: string): Days => {
  throw new RangeError("the disc is upside down in " + path);
};

export const throws = step({
  name: "throws",
  output: z.number(),
  run: async (): Promise<number> => {
    try {
      return read("drive A").length;
    } catch (cause: unknown) {
      throw new TypeError("cannot load the weather", { cause });
    }
  },
});
export const rejects = step({
  name: "rejects",
  run: async () => {
    Promise.reject(new Error("nobody awaits me"));
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
});
export const text = step({ name: "text", run: () => { throw "just text"; } });
`;

const STEPS = `${IMPORTS}
import { execFileSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { readFileSync, writeFileSync } from "node:fs";

class Model { constructor(readonly weight: number) {} }

export const first = step({ name: "first", output: z.number(), run: () => 1 });
export const after = step({ name: "after", inputs: { n: z.number() }, run: () => {} });
export const wrong_type = step({ name: "wrong_type", inputs: { n: z.number() }, outputs: { days: z.array(z.object({ rain: z.number() })), n: z.number() },
  run: () => ({ days: [{ rain: 1 }, { rain: "2" }], n: 1 }) as never });
export const missing_output = step({ name: "missing_output", outputs: { loss: z.number() }, run: () => ({}) as never });
export const bare_output = step({ name: "bare_output", outputs: { loss: z.number(), model: z.string() }, run: () => 3 as never });
export const more_outputs = step({ name: "more_outputs", outputs: { loss: z.number() }, run: () => ({ loss: 1, lost: 2 }) as never });
export const exits_0 = step({ name: "exits_0", run: () => { process.exit(0); } });
export const exits_3 = step({ name: "exits_3", run: () => { process.exit(3); } });
export const never = step({ name: "never", run: () => new Promise<void>(() => {}) });
export const memory = step({ name: "memory", settings: { resources: { memory: "64MB" } },
  run: () => { const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(4_000_000, 1)); } });
export const heap = step({ name: "heap", environment: { NODE_OPTIONS: "--max-old-space-size=24" },
  run: () => { const all: unknown[] = []; for (;;) all.push({ list: [all.length], text: "x" + all.length }); } });
export const killed = step({ name: "killed", run: () => { process.kill(process.pid, "SIGKILL"); } });
export const instance = step({ name: "instance", outputs: { model: z.any() }, run: () => ({ model: { best: [1, new Model(3)] } }) });
export const method = step({ name: "method", outputs: { model: z.any() }, run: () => ({ model: { predict: () => 1 } }) });
export const no_network = step({ name: "no_network", run: async () => { await lookup("weather.example"); } });
export const project_file = step({ name: "project_file", run: () => { readFileSync("data.csv"); } });
export const program = step({ name: "program", run: () => { execFileSync("curly"); } });
export const read_only = step({ name: "read_only", run: () => { writeFileSync("/etc/weather", "rain"); } });
export const slow = step({ name: "slow", timeout: 1, run: () => new Promise<void>((resolve) => setTimeout(resolve, 60_000)) });
`;

const PIPELINE = `${IMPORTS}
import * as steps from "./steps.ts";
import * as weather from "./weather.ts";

export const main = pipeline({ name: "main", executionMode: "continue_on_failure", define: () => {
  const { first, after, wrong_type, ...others } = steps;
  after({ n: wrong_type({ n: first() }).n });
  for (const each of Object.values({ ...others, ...weather })) each();
} });
export const quiet = pipeline({ name: "quiet", define: () => { weather.throws(); } });
`;

let project: ErrorProject;
let run: EndedRun;

beforeAll(async () => {
  project = await errorProject({ "pipeline.ts": PIPELINE, "steps.ts": STEPS, "weather.ts": WEATHER });
  run = await runPipeline(project, "main", { args: ["--max-parallel", "3"] });
});
afterAll(() => project[Symbol.asyncDispose]());

/** What is stored is what was told. */
const failureOf = (invocation: string): Failure => {
  const told = run.events.flatMap((event) =>
    event.event === "step_status" && event.invocation === invocation && event.failure ? [event.failure] : [],
  );
  expect(told).toEqual([run.failure(invocation)]);
  return run.failure(invocation);
};

test("a run with failed steps ends with status 1, and says nothing on stderr: each step tells its own", () => {
  expect(run).toMatchObject({ status: 1, stderr: "", run: { status: "failed", failure: null } });
});

test("what is upstream of a failed step stays completed, what is downstream is skipped", () => {
  expect(run.step("first").status).toBe("completed");
  expect(run.step("after")).toMatchObject({
    status: "skipped",
    skipReason: { kind: "upstream_failed", upstream: "wrong_type" },
  });
});

const weatherPlace = (text: string): string => `${project.path("weather.ts")}:${placeOf(WEATHER, text)}`;

describe("a step that throws", () => {
  test("is told with its error and a stack that points at the user's source, its cause's too", () => {
    const failure = failureOf("throws");
    expect(failure).toMatchObject({ kind: "threw", name: "TypeError", message: "cannot load the weather" });
    const [thrown = "", cause = "", ...more] = (failure.stack ?? "").split("\nCaused by: ");
    expect(more).toEqual([]);
    expect(thrown).toContain(`(${weatherPlace("new TypeError(")})`);
    expect(cause).toMatch(/^RangeError: the disc is upside down in drive A\n/);
    expect(cause).toContain(`at read (${weatherPlace("new RangeError(")})`);
    expect(cause).toContain(`(${weatherPlace('read("drive A")')})`);
  });

  test("where nobody listens is told all the same", () => {
    const failure = failureOf("rejects");
    expect(failure).toMatchObject({ kind: "threw", name: "Error", message: "nobody awaits me" });
    expect(failure.stack).toContain(`(${weatherPlace('new Error("nobody')})`);
  });

  test("what is no error is told with what it threw", () => {
    expect(failureOf("text")).toMatchObject({
      kind: "threw",
      message: "a value that is no error was thrown: just text",
    });
  });

  test("is reported for people once, in full, with the way to its log", async () => {
    const { status, stdout, stderr } = await project.stepdock(["run", "pipeline.ts", "quiet"]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    const [, report = "", ...more] = stdout.split(/^step throws failed after .*\n/m);
    expect(more).toEqual([]);
    expect(report.split("\n").slice(0, 2)).toEqual([
      "  TypeError: cannot load the weather",
      `      at Object.run (${weatherPlace("new TypeError(")})`,
    ]);
    expect(report).toMatch(/^ {2}Caused by: RangeError: the disc is upside down in drive A$/m);
    expect(report).toMatch(/^ {2}stepdock logs \w+ throws$/m);
  });
});

test.each<[string, string, string | RegExp]>([
  [
    "wrong_type",
    "wrong_output",
    'Output "days" is not of its declared type: at [1].rain: expected number, received string. ' +
      "Correct what the step returns, or the output's schema.",
  ],
  [
    "missing_output",
    "wrong_output",
    'Output "loss" is not of its declared type (it was not returned): expected number, received undefined. ' +
      "Correct what the step returns, or the output's schema.",
  ],
  [
    "bare_output",
    "wrong_output",
    'The step returned number, but declares the outputs "loss", "model": return an object with them.',
  ],
  [
    "more_outputs",
    "wrong_output",
    'The step returned "lost", which it does not declare as outputs. Declare or remove it.',
  ],
  [
    "instance",
    "wrong_output",
    'Output "model": $.best[1] is an instance of the class Model, which cannot be stored. ' +
      "Use plain data: objects, arrays, texts, numbers, dates, maps, sets or bytes.",
  ],
  [
    "method",
    "wrong_output",
    'Output "model": $.predict is a function, which cannot be stored. ' +
      "Use plain data: objects, arrays, texts, numbers, dates, maps, sets or bytes.",
  ],
  [
    "exits_0",
    "exited_by_itself",
    "The step ended its own process with process.exit(0) before it returned. " +
      "Return from the step's function instead, or throw an error.",
  ],
  [
    "exits_3",
    "exited_by_itself",
    /^The step ended its own process with process\.exit\(3\) before it returned/,
  ],
  ["never", "exited_by_itself", /its promise never settled\. Look for what it awaits last\.$/],
  [
    "memory",
    "out_of_memory",
    /^The kernel killed the step .*since it used more than its memory limit of 64MB\. Raise `settings\.resources\.memory`/,
  ],
  ["heap", "out_of_memory", /V8's own limit.*Raise it with .*--max-old-space-size=<MB>/],
  ["killed", "signal", /^The step was ended by SIGKILL \(exit code 137\)\. stepdock did not send it/],
  [
    "no_network",
    "threw",
    /weather\.example\nThis step has no network, .*`settings: \{ network: "bridge" \}`\.$/,
  ],
  ["project_file", "threw", /'data\.csv'\nA step's container has none of your project's files\. Import data/],
  ["program", "threw", /^spawnSync curly ENOENT\nThe step's image has no program "curly"\..*aptPackages/],
  ["read_only", "threw", /^EROFS.*'\/etc\/weather'\nA step may write only to \/tmp/],
  ["slow", "timeout", "The step took longer than its timeout of 1 s and was stopped."],
])("a step that fails says why, and the way out: %s", (invocation, kind, message) => {
  const failure = failureOf(invocation);
  expect(failure.kind, failure.message).toBe(kind);
  if (typeof message === "string") expect(failure.message).toBe(message);
  else expect(failure.message).toMatch(message);
  expect(run.step(invocation)).toMatchObject({ status: "failed", exitCode: expect.any(Number) });
});

test.each(["exits_0", "exits_3"])("the place that calls process.exit is told: %s", (invocation) => {
  const line = STEPS.split("\n").findIndex((each) => each.includes(`step({ name: "${invocation}"`)) + 1;
  expect(failureOf(invocation).stack).toContain(`(${project.path("steps.ts")}:${line}:`);
});

test("nothing was lost: every step has its record, earlier runs are listed, no container is left", async () => {
  const failed = run.steps.filter(({ status }) => status === "failed");
  expect(failed).toHaveLength(run.steps.length - 2);
  await project.expectNothingLost();
});
