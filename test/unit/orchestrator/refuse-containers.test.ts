import { expect, test } from "vitest";
import type { PipelineSnapshot } from "../../../src/model/index.ts";
import { NotSupportedError } from "../../../src/orchestrator/base/errors.ts";
import { refuseContainers } from "../../../src/orchestrator/base/refuse-containers.ts";

const refusal = { stack: "mine", instead: "runs steps here" };
const plain = { settings: {} };
const container = { settings: {}, container: { image: "x" } };
const served = { settings: { services: { db: { image: "x" } } } };

const refuse = (invocations: Readonly<Record<string, object>>) => {
  const named = Object.entries(invocations).map(([id, each]) => [id, { id, ...each }]);
  refuseContainers(refusal, { invocations: Object.fromEntries(named) } as unknown as PipelineSnapshot);
};

test("container steps and steps with services are refused by name, with the way out", () => {
  expect(() => refuse({ a: plain, b: container })).toThrow(NotSupportedError);
  expect(() => refuse({ a: plain, b: container })).toThrow(
    'Stack "mine" runs steps here, and "b" is a container step, which needs an engine.',
  );
  expect(() => refuse({ b: container, c: container })).toThrow('"b", "c" are container steps, which need');
  expect(() => refuse({ d: served })).toThrow(/"d" is a step with services.*`stepOperator: "docker"`/s);
});

test("those that a step operator executes are not refused, nor are all others", () => {
  const stepOperator = "docker";
  expect(() =>
    refuse({ a: plain, b: { ...container, stepOperator }, c: { ...served, stepOperator } }),
  ).not.toThrow();
});
