import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionMode, RunEvent, SkipReason } from "../../../src/model/index.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { type EndedRun, leftoversOf, NOTHING, runPipeline } from "./support.ts";

/** At two slots `fails` and `long` begin; `fails` fails only when `long` is there, and `long` ends only after that. */
const PIPELINE = `
import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";

const until = async (isThere: () => boolean) => { while (!isThere()) await setTimeout(20); };
const told = (word: string) => existsSync(process.env.ZENML_LOCAL_STORES_PATH + "/" + word);

export const fails = step({ name: "fails", run: async () => {
  await until(() => told("long-is-here"));
  throw new Error("no weather today");
} });
export const long = step({ name: "long", run: async (_inputs, { signal }) => {
  console.log("long is here");
  await until(() => signal.aborted || told("failed"));
  signal.throwIfAborted();
} });
export const node = step({ name: "node", run: () => {} });

const define = () => {
  fails();
  long();
  node.with({ id: "x_later" })();
  node.with({ id: "x_after_later", after: "x_later" })();
  node.with({ id: "after_long", after: "long" })();
  node.with({ id: "after_fails", after: "fails" })();
  node.with({ id: "after_both", after: ["after_fails", "after_long"] })();
};
const options = { enableCache: false, define };
export const by_flag = pipeline({ ...options, name: "by_flag" });
export const fail_fast = pipeline({ ...options, name: "fail_fast", executionMode: "fail_fast" });
export const stop_on_failure = pipeline({ ...options, name: "stop_on_failure", executionMode: "stop_on_failure" });
export const continue_on_failure = pipeline({ ...options, name: "continue_on_failure", executionMode: "continue_on_failure" });
`;

/** Tells the steps of each other, by files beside the stores. With `fail_fast` nobody tells `long`: it has to be stopped. */
const tellSteps = (project: Project, mode: ExecutionMode) => (child: ChildProcess) => {
  let said = "";
  const tell = (word: string) => writeFileSync(project.path(`.stepdock/stores/${word}`), "");
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    for (const line of said.split("\n").slice(0, -1)) {
      const event = JSON.parse(line) as RunEvent;
      if (event.event === "step_log" && event.invocation === "long") tell("long-is-here");
      const failed = event.event === "step_status" && event.status === "failed";
      if (failed && mode !== "fail_fast") tell("failed");
    }
    said = said.slice(said.lastIndexOf("\n") + 1);
  });
};

const STOPPED: SkipReason = { kind: "run_stopped_after_failure", failed: "fails" };
const UPSTREAM: SkipReason = { kind: "upstream_failed", upstream: "fails" };

type Ends = Readonly<Record<string, readonly [status: string, skipReason: SkipReason | null]>>;

const FAILED: Ends = {
  fails: ["failed", null],
  after_fails: ["skipped", UPSTREAM],
  after_both: ["skipped", UPSTREAM],
};
const NOTHING_STARTS: Ends = {
  ...FAILED,
  x_later: ["skipped", STOPPED],
  x_after_later: ["skipped", STOPPED],
  after_long: ["skipped", STOPPED],
};

const MODES: Readonly<Record<ExecutionMode, Ends>> = {
  fail_fast: { ...NOTHING_STARTS, long: ["stopped", null] },
  stop_on_failure: { ...NOTHING_STARTS, long: ["completed", null] },
  continue_on_failure: {
    ...FAILED,
    long: ["completed", null],
    x_later: ["completed", null],
    x_after_later: ["completed", null],
    after_long: ["completed", null],
  },
};

const endsOf = ({ steps }: EndedRun): Ends =>
  Object.fromEntries(
    steps.map(({ invocationId, status, skipReason }) => [invocationId, [status, skipReason]]),
  );

/** What `--json` told of those that did not run. */
const toldReasons = ({ events }: EndedRun): Record<string, SkipReason> =>
  Object.fromEntries(
    events.flatMap((event) =>
      event.event === "step_status" && event.skipReason ? [[event.invocation, event.skipReason]] : [],
    ),
  );

const reasonsOf = (ends: Ends): Record<string, SkipReason> =>
  Object.fromEntries(Object.entries(ends).flatMap(([id, [, reason]]) => (reason ? [[id, reason]] : [])));

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
});
afterAll(() => project[Symbol.asyncDispose]());

const run = async (mode: ExecutionMode, name: string, args: readonly string[]): Promise<EndedRun> => {
  await using own = await project.copy();
  const ended = await runPipeline(own, name, {
    args: ["--max-parallel", "2", ...args],
    onSpawn: tellSteps(own, mode),
  });
  expect(await leftoversOf(own)).toEqual(NOTHING);
  return ended;
};

describe.each(Object.entries(MODES) as [ExecutionMode, Ends][])("%s", (mode, ends) => {
  test.each([
    ["on the pipeline", mode, []],
    ["by --execution-mode", "by_flag", ["--execution-mode", mode]],
  ])("%s ends each step as it promises, and says of each that did not run why", async (_how, name, args) => {
    const ended = await run(mode, name, args);
    expect(ended.status, ended.stderr).toBe(1);
    expect(ended.run.status).toBe("failed");
    expect(endsOf(ended)).toEqual(ends);
    expect(toldReasons(ended)).toEqual(reasonsOf(ends));
    expect(ended.failure("fails").message).toContain("no weather today");
  });
});

test("--execution-mode beats the pipeline's own, and without either the rest goes on", async () => {
  const beaten = await run("stop_on_failure", "continue_on_failure", ["--execution-mode", "stop_on_failure"]);
  expect(endsOf(beaten)).toEqual(MODES.stop_on_failure);
  const byDefault = await run("continue_on_failure", "by_flag", []);
  expect(endsOf(byDefault)).toEqual(MODES.continue_on_failure);
});
