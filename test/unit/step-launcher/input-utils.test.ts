import { expect, test } from "vitest";
import type { ArtifactVersion, Invocation } from "../../../src/model/index.ts";
import { InputResolutionError, resolveStepInputs } from "../../../src/step-launcher/input-utils.ts";

const days = { id: "a1" } as ArtifactVersion;
const invocation = {
  id: "train",
  inputs: {
    days: { kind: "artifact", invocation: "load", output: "days" },
    epochs: { kind: "parameter", value: 3 },
  },
} as unknown as Invocation;

test("inputs that are artifacts are resolved, parameters are not among them", () => {
  expect(resolveStepInputs(invocation, new Map([["load", { days }]]))).toEqual({ days });
});

test.each([
  ["the invocation", new Map()],
  ["the output", new Map([["load", {}]])],
])("an input whose upstream lacks %s is an error that names all three", (_, outputs) => {
  const resolve = () => resolveStepInputs(invocation, outputs);
  expect(resolve).toThrow(InputResolutionError);
  expect(resolve).toThrow(/"days" of "train" comes from output "days" of "load"/);
});
