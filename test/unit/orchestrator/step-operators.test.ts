import { expect, test } from "vitest";
import type { Invocation, PipelineSnapshot } from "../../../src/model/index.ts";
import { OperatedExecutor } from "../../../src/orchestrator/base/operated-executor.ts";
import {
  checkStepOperators,
  ownSteps,
  UnknownStepOperatorError,
} from "../../../src/orchestrator/base/step-operators.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import type { StepExecutor } from "../../../src/step-launcher/port.ts";

const snapshot = (operators: Readonly<Record<string, string | undefined>>): PipelineSnapshot =>
  ({
    invocations: Object.fromEntries(
      Object.entries(operators).map(([id, stepOperator]) => [
        id,
        { id, ...(stepOperator !== undefined && { stepOperator }) },
      ]),
    ),
  }) as unknown as PipelineSnapshot;

const stack = (...names: string[]): Stack =>
  ({
    name: "mine",
    stepOperators: names.map((name) => ({ name, isServedBy: () => name === "served" })),
  }) as unknown as Stack;

test("a step operator that the stack does not have is an error that names the step and the nearest", () => {
  const asked = snapshot({ load: undefined, train: "dokcer" });
  expect(() => checkStepOperators(asked, stack("docker", "gpu"))).toThrow(UnknownStepOperatorError);
  expect(() => checkStepOperators(asked, stack("docker", "gpu"))).toThrow(
    'Step "train" asks for the step operator "dokcer", and stack "mine" has no such one. It has: docker, gpu. ' +
      'Did you mean "docker"?',
  );
});

test("a stack without step operators says so, and what to do", () => {
  expect(() => checkStepOperators(snapshot({ train: "docker" }), stack())).toThrow(
    /and stack "mine" has none\. .*leave out `stepOperator`/,
  );
});

test("steps of an operator are not the orchestrator's own, but where it serves the operator's steps itself", () => {
  const all = snapshot({ a: undefined, b: "docker", c: "served" });
  expect(Object.keys(ownSteps(all, stack("docker", "served")).invocations)).toEqual(["a", "c"]);
});

const invocation = (id: string, stepOperator?: string) => ({ id, stepOperator }) as unknown as Invocation;

const executor = (name: string, entered: string[] = []): StepExecutor & AsyncDisposable => ({
  environmentOf: async () => ({ key: name, ingredients: {} }),
  execute: () => expect.unreachable(),
  capacity: {
    tryEnter: ({ id }) => entered.push(`${name} ${id}`) > 0,
    enter: () => {},
    leave: (id) => void entered.push(`${name} -${id}`),
    onFreed: () => {},
  },
  [Symbol.asyncDispose]: async () => void entered.push(`${name} disposed`),
});

test("each step is keyed, let in and executed by its own operator's executor", async () => {
  const told: string[] = [];
  const own: StepExecutor = executor("own");
  const { capacity: _unlimited, ...unlimited } = own;
  const docker = executor("docker", told);
  const executors = new OperatedExecutor(unlimited, new Map([["docker", docker]]));
  expect(executors.of(invocation("a"))).toBe(unlimited);
  expect(executors.of(invocation("b", "docker"))).toBe(docker);
  expect(await executors.environmentOf(invocation("b", "docker"))).toMatchObject({ key: "docker" });
  expect(await executors.environmentOf(invocation("a"))).toMatchObject({ key: "own" });
  expect(executors.capacity?.tryEnter(invocation("a"))).toBe(true);
  expect(executors.capacity?.tryEnter(invocation("b", "docker"))).toBe(true);
  expect(told).toEqual(["docker b"]);
});
