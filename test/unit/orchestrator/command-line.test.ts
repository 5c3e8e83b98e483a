import { expect, test } from "vitest";
import { commandLine, commandVariables } from "../../../src/orchestrator/containerized/command-line.ts";
import type { CommandElement, UntypedCommandContext } from "../../../src/pipeline/container.ts";

const context: UntypedCommandContext = {
  inputs: {
    epochCount: { value: 3, path: "/stepdock/inputs/epochCount.json" },
    note: {},
    days: { value: [1], path: "/stepdock/inputs/days.json" },
    table: { path: "/stepdock/inputs/table/table.csv" },
    long: { value: "x".repeat(5000), path: "/stepdock/inputs/long.json" },
  },
  outputs: { "the-model": { path: "/stepdock/outputs/the-model" } },
};

const line = (...command: readonly CommandElement<UntypedCommandContext>[]) =>
  commandLine({ command }, context);

test("functions give one argument, several or none, as text", () => {
  const given = line(
    "train",
    ({ inputs }) => ["--epochs", inputs.epochCount?.value as number, true],
    ({ inputs }) => inputs.note?.value as undefined,
    ({ outputs }) => outputs["the-model"]?.path,
  );
  expect(given).toEqual(["train", "--epochs", "3", "true", "/stepdock/outputs/the-model"]);
});

test("args follow the command, or are all there is", () => {
  const args = ["--epochs", ({ inputs }: UntypedCommandContext) => inputs.epochCount?.value as number];
  expect(commandLine({ command: ["train", () => ["-v"]], args }, context)).toEqual([
    ...["train", "-v", "--epochs", "3"],
  ]);
  expect(commandLine({ command: [], args }, context)).toEqual(["--epochs", "3"]);
  expect(() => commandLine({ command: ["train"], args: ["-v", () => null as never] }, context)).toThrow(
    /Element 1 of the step's args gave null/,
  );
});

test("what is no argument is refused with its place in the command and the way to a value", () => {
  expect(() => line("train", ({ inputs }) => inputs.days as never)).toThrow(
    /Element 1 of the step's command gave object .*`inputs\.<name>\.value`/,
  );
  expect(() => line(() => null as never)).toThrow(/Element 0 .* gave null/);
});

test("short scalars are variables, and everything has one with its path", () => {
  expect(commandVariables(context)).toEqual({
    STEPDOCK_INPUT_EPOCH_COUNT: "3",
    STEPDOCK_INPUT_EPOCH_COUNT_PATH: "/stepdock/inputs/epochCount.json",
    STEPDOCK_INPUT_DAYS_PATH: "/stepdock/inputs/days.json",
    STEPDOCK_INPUT_TABLE_PATH: "/stepdock/inputs/table/table.csv",
    STEPDOCK_INPUT_LONG_PATH: "/stepdock/inputs/long.json",
    STEPDOCK_OUTPUT_THE_MODEL_PATH: "/stepdock/outputs/the-model",
  });
});
