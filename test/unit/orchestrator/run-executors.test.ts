import { expect, test } from "vitest";
import { EngineUnavailableError } from "../../../src/docker/engine-unavailable-error.ts";
import type { Invocation, RunEventBody } from "../../../src/model/index.ts";
import { RunExecutors } from "../../../src/orchestrator/base/run-executors.ts";
import type { RunOnStack } from "../../../src/orchestrator/base/step-operators.ts";
import type { StepExecutor } from "../../../src/step-launcher/port.ts";

const invocation = (id: string, stepOperator?: string) => ({ id, stepOperator }) as unknown as Invocation;

type Opening = () => Promise<StepExecutor & AsyncDisposable>;

/** A run of step `a`, and of a step for each operator, which is called as the step. */
const runWith = (operators: Readonly<Record<string, Opening>>) => {
  const told: RunEventBody[] = [];
  const steps = [invocation("a"), ...Object.keys(operators).map((name) => invocation(name, name))];
  const snapshot = { invocations: Object.fromEntries(steps.map((step) => [step.id, step])) };
  const run = {
    active: { request: { snapshot }, context: { emit: (event: RunEventBody) => void told.push(event) } },
    stack: {
      stepOperators: Object.entries(operators).map(([name, open]) => ({
        ...{ name, open, isServedBy: () => false },
      })),
    },
  } as unknown as RunOnStack;
  return { run, told };
};

const executor = (name: string, log: string[], close = async () => {}): StepExecutor & AsyncDisposable => {
  log.push(`${name} opened`);
  return {
    environmentOf: async () => ({ key: name, ingredients: {} }),
    execute: () => expect.unreachable(),
    [Symbol.asyncDispose]: async () => {
      log.push(`${name} closed`);
      await close();
    },
  };
};

test("keys of an operator's steps are the operator's, and what was opened to tell them is what executes them", async () => {
  const log: string[] = [];
  const { run } = runWith({ gpu: async () => executor("gpu", log) });
  const executors = new RunExecutors(run, async () => executor("own", log));
  // Of an orchestrator that knows nothing of the steps of others.
  const environments = await executors.environments({
    environmentOf: async ({ id }) => (id === "a" ? { key: "images", ingredients: {} } : expect.unreachable()),
  });
  expect(await environments.environmentOf(invocation("a"))).toMatchObject({ key: "images" });
  expect(await environments.environmentOf(invocation("gpu", "gpu"))).toMatchObject({ key: "gpu" });
  expect(log).toEqual(["gpu opened"]);
  const [all, own] = [await executors.all(), await executors.own()];
  expect(all.of?.(invocation("a"))).toBe(own);
  expect(await all.environmentOf(invocation("gpu", "gpu"))).toMatchObject({ key: "gpu" });
  await executors.all();
  expect(log).toEqual(["gpu opened", "own opened"]);
  await executors[Symbol.asyncDispose]();
  expect(log.slice(2)).toEqual(["own closed", "gpu closed"]);
});

test("all that was opened is closed, also where another could not be opened, or not be closed", async () => {
  const log: string[] = [];
  const failing = () => Promise.reject(new RangeError("not closed"));
  const { run } = runWith({
    first: async () => executor("first", log),
    second: async () => executor("second", log, failing),
    third: () => Promise.reject(new RangeError("not opened")),
  });
  const executors = new RunExecutors(run, async () => executor("own", log));
  await expect(executors.all()).rejects.toThrow("not opened");
  await expect(executors[Symbol.asyncDispose]()).rejects.toThrow("not closed");
  expect(log.filter((each) => each.endsWith("closed")).toSorted()).toEqual([
    "first closed",
    "own closed",
    "second closed",
  ]);
});

test("an engine that goes away while the run ends is a warning, since all steps have ended", async () => {
  const gone = () => Promise.reject(new EngineUnavailableError([]));
  const { run, told } = runWith({ docker: async () => executor("docker", [], gone) });
  const executors = new RunExecutors(run, async () => executor("own", []));
  await executors.all();
  await executors[Symbol.asyncDispose]();
  expect(told).toEqual([
    { event: "warning", message: expect.stringMatching(/went away before all containers of this run/) },
  ]);
});
