import { type ChildProcess, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Creation, watchEngine } from "../../fixtures/engine-events.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { workspaceIdOf } from "./pipeline-support.ts";
import { type EndedRun, leftoversOf, NOTHING, runPipeline } from "./support.ts";

/** What a pipeline gives its steps by default, and its hooks on the host. */
const HOOKS = `
import { existsSync } from "node:fs";
import type { CleanupContext, InitContext, StepContext } from "stepdock";

export const started = ({ log, attempt }: StepContext) => log.info("default onStart", attempt);
export const succeeded = ({ log }: StepContext) => log.info("default onSuccess");
export function failed(error: Error, { log, stepName }: StepContext) {
  log.info("default onFailure", stepName, error.name, existsSync("/stepdock") ? "in a container" : "here");
}
export const ended = async ({ log }: StepContext, error?: Error) => log.info("default onEnd", error?.name);
export const broken = ({ log }: StepContext) => {
  log.info("breaking");
  throw new TypeError("the hook is broken");
};
export const init = ({ log, pipelineName, signal }: InitContext) =>
  log.info("init", pipelineName, signal.aborted, existsSync("/stepdock") ? "in a container" : "here");
export const noInit = async ({ log }: InitContext) => {
  log.info("trying");
  throw new RangeError("there is no database");
};
export const cleanup = ({ log, status }: CleanupContext) => log.info("cleanup", status);
export const brokenCleanup = ({ log, status }: CleanupContext) => {
  log.info("cleanup", status);
  throw new TypeError("the cleanup is broken");
};
`;

const PIPELINE = `
import { setTimeout } from "node:timers/promises";
import { FatalError, pipeline, step } from "stepdock";
import * as z from "zod";
import * as hooks from "./hooks.ts";

const defaults = {
  onStart: hooks.started, onSuccess: hooks.succeeded, onFailure: hooks.failed, onEnd: hooks.ended,
};
const say = (text: string) => console.log(text);

export const fine = step({ name: "fine", output: z.number(), run: () => { say("run"); return 1; } });
export const own = step({
  name: "own",
  output: z.number(),
  onStart: ({ log }) => log.info("own onStart"),
  onEnd: ({ log, runId }) => log.info("own onEnd", runId.length),
  run: () => { say("run"); return 1; },
});
export const order = pipeline({ name: "order", ...defaults, define: () => { fine(); own(); } });

export const flaky = step({ name: "flaky", output: z.number(), retry: { maxRetries: 2 },
  run: () => { throw new RangeError("again"); } });
export const fatal = step({ name: "fatal", output: z.number(), retry: { maxRetries: 2 },
  run: () => { throw new FatalError("no use"); } });
export const hoard = step({ name: "hoard", output: z.number(), settings: { resources: { memory: "64MB" } },
  run: () => {
    const hoarded: Buffer[] = [];
    while (hoarded.length < 1000) hoarded.push(Buffer.alloc(1_000_000, 1));
    return hoarded.length;
  } });
export const exits = step({ name: "exits", output: z.number(), run: () => process.exit(0) });
// Its onStart, and its hooks in a container of their own, are to be called within it on any machine.
export const late = step({ name: "late", output: z.number(), timeout: 10, run: () => setTimeout(600_000, 1) });
export const troubles = pipeline({ name: "troubles", ...defaults, onInit: hooks.init, onCleanup: hooks.brokenCleanup,
  define: () => { flaky(); fatal(); hoard(); exits(); late(); } });

export const hangs = step({ name: "hangs", output: z.number(), timeout: 12, run: () => 1,
  onSuccess: () => setTimeout(600_000) });
export const leaves = step({ name: "leaves", output: z.number(), run: () => 1, onSuccess: () => process.exit(3) });
export const breaks = step({ name: "breaks", output: z.number(), run: () => { throw new RangeError("the step's own"); },
  onFailure: () => { throw new TypeError("its hook's"); } });
export const brokenHooks = pipeline({
  name: "broken_hooks", onStart: hooks.broken, onSuccess: hooks.broken,
  define: () => { fine(); hangs(); leaves(); breaks(); },
});

export const unlucky = pipeline({ name: "unlucky", onInit: hooks.noInit, onCleanup: hooks.cleanup,
  define: () => { fine(); } });

export const waits = step({ name: "waits", output: z.number(), ...defaults, run: () => { say("ready"); return setTimeout(600_000, 1); } });
export const interrupted = pipeline({ name: "interrupted", onCleanup: hooks.cleanup, define: () => { waits(); } });

export const retried = pipeline({ name: "retried", onFailure: hooks.failed, define: () => { flaky(); } });
export const one = pipeline({ name: "one", ...defaults, define: () => { fine(); } });
`;

let project: Project;
beforeAll(async () => {
  project = await createProject({ "hooks.ts": HOOKS, "pipeline.ts": PIPELINE });
});
afterAll(async () => {
  expect(await leftoversOf(project)).toEqual(NOTHING);
  await project[Symbol.asyncDispose]();
});

/** What an invocation and its hooks printed, in order. */
const printed = ({ events }: EndedRun, invocation: string) =>
  events.flatMap((event) =>
    event.event === "step_log" && event.invocation === invocation ? [event.text] : [],
  );

const printedByHook = ({ events }: EndedRun, hook: string) =>
  events.flatMap((event) => (event.event === "hook_log" && event.hook === hook ? [event.text] : []));

const warningsOf = ({ events }: EndedRun) =>
  events.flatMap((event) => (event.event === "warning" ? [event.message] : []));

describe("Hooks of a run with failures", () => {
  let run: EndedRun;
  let creations: readonly Creation[];
  beforeAll(async () => {
    await using engine = await watchEngine(await workspaceIdOf(project));
    run = await runPipeline(project, "troubles");
    creations = await engine.creations();
  });

  const imagesFor = (name: string) =>
    creations.filter(({ invocation }) => invocation === name).map(({ image }) => image);

  test("onFailure is called once, after the last attempt, and onStart at each", () => {
    expect(printed(run, "flaky")).toEqual([
      ...["default onStart 1", "default onStart 2", "default onStart 3"],
      ...["default onFailure flaky RangeError in a container", "default onEnd RangeError"],
    ]);
    expect(imagesFor("flaky")).toHaveLength(3);
  });

  test("a fatal error is not retried, and its attempt is the last", () => {
    expect(run.step("fatal")).toMatchObject({ attempt: 1, status: "failed", failure: { retryable: false } });
    expect(printed(run, "fatal")).toEqual([
      ...[
        "default onStart 1",
        "default onFailure fatal FatalError in a container",
        "default onEnd FatalError",
      ],
    ]);
  });

  test.each([
    ["hoard", "OutOfMemory"],
    ["exits", "StepExited"],
    ["late", "StepTimeout"],
  ])("of a step that could not call them (%s) are called in a container of the same image", (name, error) => {
    expect(printed(run, name)).toEqual([
      ...["default onStart 1", `default onFailure ${name} ${error} in a container`, `default onEnd ${error}`],
    ]);
    expect(run.failure(name).name).toBe(error);
    const [image, ...others] = imagesFor(name);
    expect(others).toEqual([image]);
    expect(existsSync(project.path(`.stepdock/runs/${run.run.id}/${name}/hook/log.ndjson`))).toBe(true);
  });

  test("onInit is called before anything else is done, on the host", () => {
    expect(printedByHook(run, "onInit")).toEqual(["init troubles false here"]);
    const names = run.events.map(({ event }) => event);
    expect(names.indexOf("hook_log")).toBeLessThan(names.indexOf("build_started"));
  });

  test("onCleanup is told of the failure; its own is a warning", () => {
    expect(run).toMatchObject({ status: 1, run: { status: "failed", failure: null } });
    expect(printedByHook(run, "onCleanup")).toEqual(["cleanup failed"]);
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(
        /^The onCleanup of the pipeline failed: TypeError: the cleanup is broken at .*hooks\.ts/,
      ),
    ]);
  });
});

describe.each(["local_docker", "local"])("On the stack %s", (stack) => {
  const args = ["--stack", stack, "--no-cache"];

  test("hooks are called in order, and a step's own beat the pipeline's", async () => {
    const run = await runPipeline(project, "order", { args });
    expect(run.status).toBe(0);
    expect(printed(run, "fine")).toEqual([
      "default onStart 1",
      "run",
      "default onSuccess",
      "default onEnd undefined",
    ]);
    expect(printed(run, "own")).toEqual(["own onStart", "run", "default onSuccess", "own onEnd 36"]);
  });

  test("onFailure is called once", async () => {
    const run = await runPipeline(project, "retried", { args });
    expect(run.step("flaky")).toMatchObject({ attempt: 3, status: "failed" });
    const where = stack === "local" ? "here" : "in a container";
    expect(printed(run, "flaky")).toEqual([`default onFailure flaky RangeError ${where}`]);
  });
});

test("hooks that fail, hang or end their process change no outcome and are told", async () => {
  const run = await runPipeline(project, "brokenHooks", { args: ["--no-cache"] });
  const statuses = ["fine", "hangs", "leaves", "breaks"].map((name) => run.step(name).status);
  expect(statuses).toEqual(["completed", "completed", "completed", "failed"]);
  expect(run.failure("breaks").message).toBe("the step's own");
  const broken = expect.stringMatching(
    /^Hook on\w+ failed: TypeError: the hook is broken \(at .*hooks\.ts:\d+/,
  );
  expect(run.step("fine").warnings).toEqual([broken, broken]);
  expect(run.step("hangs").warnings).toEqual([broken, expect.stringMatching(/^Hook onSuccess .* cut short/)]);
  const exited = expect.stringMatching(/^Hook onSuccess failed: StepExited: It was cut short/);
  expect(run.step("leaves").warnings).toEqual([broken, exited]);
  expect(run.step("breaks").warnings).toEqual([broken, expect.stringContaining("TypeError: its hook's")]);
  const told = run.steps.flatMap(({ warnings }) => warnings);
  expect(warningsOf(run).toSorted()).toEqual(told.toSorted());
});

test("an onInit that fails stops the run before there is any container", async () => {
  await using engine = await watchEngine(await workspaceIdOf(project));
  const run = await runPipeline(project, "unlucky");
  expect(await engine.creations()).toEqual([]);
  expect(run).toMatchObject({
    status: 1,
    steps: [],
    run: { status: "failed", failure: { name: "InitHookError" } },
  });
  expect(run.run.failure?.message).toMatch(
    /onInit of pipeline "unlucky" failed.*RangeError: there is no database/,
  );
  expect(run.stderr).toContain("hooks.ts");
  expect(printedByHook(run, "onInit")).toEqual(["trying"]);
  expect(printedByHook(run, "onCleanup")).toEqual(["cleanup failed"]);
});

test("an interrupted run calls onCleanup, and no hooks of the end of a step", async () => {
  const onSpawn = (child: ChildProcess) => {
    let seen = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      const before = seen.includes('"text":"ready"');
      seen += chunk.toString();
      if (!before && seen.includes('"text":"ready"')) child.kill("SIGINT");
    });
  };
  const run = await runPipeline(project, "interrupted", { onSpawn });
  expect(run).toMatchObject({ status: 130, run: { status: "stopped" } });
  expect(printed(run, "waits")).toEqual(["default onStart 1", "ready"]);
  expect(printedByHook(run, "onCleanup")).toEqual(["cleanup stopped"]);
});

test("an edit of a pipeline's hook runs no step again, and a cached step calls none", async () => {
  const cold = await runPipeline(project, "one", { args: ["--no-cache"] });
  expect(printed(cold, "fine")).toContain("default onSuccess");
  await project.edit("hooks.ts", "default onSuccess", "edited onSuccess");
  const cached = await runPipeline(project, "one");
  expect(cached.step("fine").status).toBe("cached");
  expect(printed(cached, "fine")).toEqual([]);
  const forced = await runPipeline(project, "one", { args: ["--no-cache"] });
  expect(printed(forced, "fine")).toContain("edited onSuccess");
  expect(forced.step("fine").cacheKey).toBe(cold.step("fine").cacheKey);
});

test("a program that runs a pipeline under plain Node has its hooks found, and is not evaluated again", async () => {
  await project.write({
    "program.ts": `import { pipeline } from "stepdock";
      import { run } from "stepdock/host";
      import { failed, init } from "./hooks.ts";
      import { flaky } from "./pipeline.ts";
      console.log("evaluated");
      const p = pipeline({ name: "p", onInit: init, onFailure: failed, define: () => { flaky(); } });
      const { run: { status } } = await run(p, { stack: "local", onEvent: (event) => {
        if (event.event === "step_log" || event.event === "hook_log") console.log(event.text);
      } });
      console.log(status);`,
  });
  const { stdout } = await promisify(execFile)(process.execPath, ["program.ts"], { cwd: project.directory });
  const lines = stdout.trim().split("\n");
  expect(lines).toEqual([
    "evaluated",
    "init p false here",
    "default onFailure flaky RangeError here",
    "failed",
  ]);
});
