import { expect, test } from "vitest";
import {
  environmentReference,
  imageLabels,
  labelInstruction,
  stepReference,
} from "../../../src/image-builder/image-names.ts";

const plan = (key: string) => ({ key, parentImage: "p", ingredients: {}, settings: {} });

test("a step image is named by its environment and the set of its bundles", () => {
  const name = stepReference(plan("k"), ["a", "b"]);
  expect(name).toMatch(/^stepdock\/step:[0-9a-f]{24}$/);
  expect(stepReference(plan("k"), ["b", "a", "b"])).toBe(name);
  const others = [
    stepReference(plan("l"), ["a", "b"]),
    stepReference(plan("k"), ["a"]),
    stepReference(plan("k"), ["ab"]),
  ];
  expect(new Set([name, ...others]).size).toBe(4);
});

test("an environment image is named by the start of its key", () => {
  expect(environmentReference("0123456789abcdef".repeat(4))).toBe(
    "stepdock/environment:0123456789abcdef01234567",
  );
});

test("labels are one instruction, quoted, and name no workspace where there is none", () => {
  expect(labelInstruction(imageLabels("step", plan("k"), 'w "$x"'))).toBe(
    'LABEL dev.stepdock.image="step" dev.stepdock.environment-key="k" dev.stepdock.workspace="w \\"\\$x\\""',
  );
  expect(labelInstruction(imageLabels("step", plan("k"), undefined))).not.toContain("workspace");
});
