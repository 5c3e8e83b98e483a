import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { FatalError, type StepHooks, step } from "../../../src/index.ts";
import type { Assignment, Failure, StepResult } from "../../../src/model/index.ts";
import { STEP, type Step } from "../../../src/pipeline/step.ts";
import { HookRunner } from "../../../src/step-runner/hook-runner.ts";
import { StepRunner } from "../../../src/step-runner/step-runner.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "stepdock-hooks-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const ASSIGNMENT: Assignment = {
  ...{ formatVersion: 1, runId: "run", runName: "a run", pipelineName: "p", stepRunId: "step run" },
  ...{ invocationId: "s", stepName: "s", attempt: 1, artifactStore: "default", inputs: {}, outputs: {} },
  ...{ attemptDirectory: "unused", nonce: "0".repeat(32) },
};

const optionsOf = (made: Step, signal = new AbortController().signal) => ({
  definition: made[STEP].definition,
  store: createLocalArtifactStore({ root: directory, name: "default" }),
  ...{ bundles: directory, log: console, signal },
});

const runnerOf = (made: unknown, signal?: AbortSignal) => new StepRunner(optionsOf(made as Step, signal));

/** Runs a step whose hooks and function say that they were called. */
const follow = async (
  { run = () => {}, ...hooks }: StepHooks & { readonly run?: () => unknown } = {},
  given: Partial<Assignment> = {},
): Promise<{ readonly calls: readonly string[]; readonly result: StepResult }> => {
  const calls: string[] = [];
  const made = step({
    name: "s",
    run: async () => {
      calls.push("run");
      await run();
    },
    onStart: ({ attempt }) => calls.push(`onStart ${attempt}`),
    onSuccess: ({ stepName }) => calls.push(`onSuccess ${stepName}`),
    onFailure: ({ message }, { runName }) => calls.push(`onFailure ${message} in ${runName}`),
    onEnd: (_context, error) => calls.push(`onEnd ${error?.message}`),
    ...hooks,
  });
  const result = await runnerOf(made).run({ ...ASSIGNMENT, ...given });
  return { calls, result };
};

const fail = (error: unknown = new Error("broken")) => ({
  run: () => {
    throw error;
  },
});

describe("The hooks of a step", () => {
  test("are called in order around a function that succeeds", async () => {
    const { calls, result } = await follow();
    expect(calls).toEqual(["onStart 1", "run", "onSuccess s", "onEnd undefined"]);
    expect(result).toMatchObject({ status: "completed", hooks: ["onStart", "onSuccess", "onEnd"] });
  });

  test("are called in order around a function that fails, and get its error", async () => {
    const { calls, result } = await follow(fail());
    expect(calls).toEqual(["onStart 1", "run", "onFailure broken in a run", "onEnd broken"]);
    expect(result).toMatchObject({ status: "failed", hooks: ["onStart", "onFailure", "onEnd"] });
  });

  test("get the very error that was thrown", async () => {
    const thrown = new RangeError("too far", { cause: 7 });
    const given: unknown[] = [];
    await follow({ ...fail(thrown), onFailure: (error) => given.push(error) });
    expect(given[0]).toBe(thrown);
  });

  test("get an error also where something else was thrown", async () => {
    const given: unknown[] = [];
    await follow({ ...fail("just text"), onFailure: (error) => given.push(error) });
    expect(given[0]).toBeInstanceOf(Error);
    expect(given[0]).toMatchObject({ name: "string", cause: "just text" });
  });

  test("of the end wait for the last attempt, where the failure may be tried again", async () => {
    const { calls, result } = await follow(fail(), { lastAttempt: false });
    expect(calls).toEqual(["onStart 1", "run"]);
    expect(result).toMatchObject({ status: "failed", hooks: ["onStart"] });
  });

  test("of the end do not wait for attempts that a fatal error rules out", async () => {
    const { calls, result } = await follow(fail(new FatalError("no use")), { lastAttempt: false });
    expect(calls.slice(2)).toEqual(["onFailure no use in a run", "onEnd no use"]);
    expect(result).toMatchObject({ failure: { name: "FatalError", retryable: false } });
  });

  test("are those of the assignment: a bundle of the pipeline's, and none that it does not name", async () => {
    const code = `export const step = ({ log }) => { globalThis.hooked = typeof log.info; };`;
    await writeFile(join(directory, "abc.mjs"), code);
    const { calls } = await follow(
      {},
      { hooks: { onStart: { source: "h.ts#h", codeHash: "abc" }, onEnd: "own" } },
    );
    expect(calls).toEqual(["run", "onEnd undefined"]);
    expect((globalThis as { hooked?: string }).hooked).toBe("function");
  });
});

describe("A hook that fails changes no outcome", () => {
  const bad = (name: string) => () => {
    throw new TypeError(`bad ${name}`);
  };

  test.each(["onStart", "onSuccess", "onEnd"] as const)("%s of a step that succeeds", async (hook) => {
    const { calls, result } = await follow({ [hook]: bad(hook) });
    expect(calls).toHaveLength(3);
    expect(result).toMatchObject({ status: "completed", hooks: ["onStart", "onSuccess", "onEnd"] });
    expect(result.hookFailures).toEqual([
      { hook, name: "TypeError", message: `bad ${hook}`, stack: expect.stringContaining("hooks.test.ts") },
    ]);
  });

  test("onFailure of a step that fails", async () => {
    const { calls, result } = await follow({ ...fail(), onFailure: async () => bad("onFailure")() });
    expect(calls).toEqual(["onStart 1", "run", "onEnd broken"]);
    expect(result).toMatchObject({ status: "failed", failure: { message: "broken" } });
    expect(result.hookFailures).toMatchObject([{ hook: "onFailure", message: "bad onFailure" }]);
  });

  test("that cannot be loaded", async () => {
    const { calls, result } = await follow(
      {},
      { hooks: { onStart: { source: "h.ts#h", codeHash: "missing" } } },
    );
    expect(calls).toEqual(["run"]);
    expect(result).toMatchObject({ status: "completed", hookFailures: [{ hook: "onStart" }] });
  });
});

describe("Somebody who ends the process early", () => {
  const never = () => new Promise<void>(() => {});
  const STOPPED: Failure = { kind: "stopped", name: "StepStopped", message: "Stopped.", retryable: true };

  const upTo = async (hooks: StepHooks & { readonly run?: () => unknown }) => {
    const begun = Promise.withResolvers<void>();
    const at = <T>(value: T): T => {
      begun.resolve();
      return value;
    };
    const made = step({
      name: "s",
      run: async () => void (await (hooks.run ? at(hooks.run()) : undefined)),
      ...(hooks.onStart ? { onStart: () => at(never()) } : {}),
      ...(hooks.onSuccess ? { onSuccess: () => at(never()) } : {}),
      onEnd: () => {},
    });
    const runner = runnerOf(made);
    const running = runner.run(ASSIGNMENT);
    await begun.promise;
    return { runner, running };
  };

  test("gets the failure as the result while the function runs", async () => {
    const { runner } = await upTo({ run: never });
    expect(runner.settled).toBe(false);
    expect(runner.cutShort(STOPPED)).toMatchObject({ status: "failed", failure: STOPPED });
  });

  test("gets the outcome while a hook of the end runs, and what became of the hook", async () => {
    const { runner } = await upTo({ onSuccess: never });
    expect(runner.settled).toBe(true);
    expect(runner.cutShort(STOPPED)).toMatchObject({
      ...{ status: "completed", hooks: ["onSuccess"] },
      hookFailures: [{ hook: "onSuccess", name: "StepStopped", message: "It was cut short. Stopped." }],
    });
  });

  test("can fail the hook that runs: what follows it is done", async () => {
    const { runner, running } = await upTo({ onSuccess: never });
    expect(runner.interrupt(new Error("late"))).toBe(true);
    expect(await running).toMatchObject({
      ...{ status: "completed", hooks: ["onSuccess", "onEnd"] },
      hookFailures: [{ hook: "onSuccess", message: "late" }],
    });
    expect(runner.interrupt(new Error("later"))).toBe(false);
  });

  test("can fail the function that runs: hooks of the end are called", async () => {
    const { runner, running } = await upTo({ run: never });
    expect(runner.interrupt(new Error("late"))).toBe(true);
    expect(await running).toMatchObject({ status: "failed", failure: { message: "late" }, hooks: ["onEnd"] });
  });

  test("has hooks of the end left to call where the step was asked to stop", async () => {
    const { calls, result } = await follow();
    expect(calls).toHaveLength(4);
    const made = step({ name: "s", run: () => {}, onEnd: () => expect.unreachable("it was called") });
    const stopped = await runnerOf(made, AbortSignal.abort()).run(ASSIGNMENT);
    expect(stopped).toEqual({ ...result, hooks: undefined });
  });
});

describe("Hooks alone", () => {
  const failure: Failure = {
    ...{ kind: "out_of_memory", name: "OutOfMemory", message: "Too much.", retryable: true },
  };

  test("are called with an error that is made of the failure, and no function is", async () => {
    const calls: unknown[] = [];
    const made = step({
      name: "s",
      run: () => expect.unreachable("it ran"),
      onSuccess: () => calls.push("onSuccess"),
      onFailure: (error) => calls.push(error),
      onEnd: () => calls.push("onEnd"),
    });
    const runner = new HookRunner(optionsOf(made as unknown as Step));
    const result = await runner.run({ ...ASSIGNMENT, hook: { names: ["onFailure", "onEnd"], failure } });
    expect(result).toMatchObject({ status: "completed", hooks: ["onFailure", "onEnd"] });
    expect(calls).toEqual([expect.any(Error), "onEnd"]);
    expect(calls[0]).toMatchObject({
      name: "OutOfMemory",
      message: "Too much.",
      stack: "OutOfMemory: Too much.",
    });
  });

  test("tell that the step's own cannot be called where its module cannot be loaded", async () => {
    const options = {
      ...optionsOf(step({ name: "s", run: () => {} }) as unknown as Step),
      definition: undefined,
    };
    const hook = { names: ["onFailure" as const], failure };
    const result = await new HookRunner(options).run({ ...ASSIGNMENT, hooks: { onFailure: "own" }, hook });
    expect(result.hookFailures).toMatchObject([{ hook: "onFailure" }]);
  });
});
