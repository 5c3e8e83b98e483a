import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { UsageError } from "../../../src/cli/errors.ts";
import { describeError, reportError } from "../../../src/cli/report-error.ts";
import { PipelineError } from "../../../src/compiler/errors.ts";
import { EngineUnavailableError } from "../../../src/docker/engine-unavailable-error.ts";
import { InterruptedError } from "../../../src/docker/interrupted-error.ts";
import { LogReadError } from "../../../src/logging/errors.ts";
import { memoryOutput } from "./support.ts";

test.each([
  [new LogReadError("/log", new Error("x")), 1, "log_read_failed"],
  [new PipelineError("x"), 2, "pipeline_invalid"],
  [new UsageError("x"), 2, "usage"],
  [new EngineUnavailableError([]), 3, "engine_unavailable"],
  [new InterruptedError("wait for", "x"), 130, "interrupted"],
  [new CommanderError(1, "commander.unknownOption", "error: unknown option '--x'"), 2, "usage"],
  [new TypeError("x"), 1, "internal"],
  ["a string", 1, "internal"],
])("%s ends with its status and code", (error, exit, code) => {
  expect(describeError(error)).toMatchObject({ exit, code });
});

test("an error of ours is told by its message alone, on stderr", async () => {
  const [{ out, stream }, { out: err, stream: errors }] = [memoryOutput(), memoryOutput()];
  await reportError(new UsageError("Do it so."), { out, err }, { json: false });
  expect(errors.text).toBe("error: Do it so.\n");
  expect(stream.text).toBe("");
});

test("with --json it is an object on stdout besides", async () => {
  const [{ out, stream }, { out: err, stream: errors }] = [memoryOutput(), memoryOutput()];
  await reportError(new UsageError("Do it so."), { out, err }, { json: true });
  expect(JSON.parse(stream.text)).toEqual({ event: "error", code: "usage", message: "Do it so." });
  expect(errors.text).toBe("error: Do it so.\n");
});

test("commander's own word for an error is not said twice", () => {
  expect(describeError(new CommanderError(1, "x", "error: unknown option '--x'")).message).toBe(
    "unknown option '--x'",
  );
});

test("an unknown error shows its stack and says whose fault it is", () => {
  const { message } = describeError(new TypeError("x is not a function"));
  expect(message).toMatch(/TypeError: x is not a function\n\s+at .*\n.*a fault of stepdock/s);
});

test("escape sequences in a message do not reach the terminal", async () => {
  const { out, stream } = memoryOutput();
  await reportError(new UsageError("a\u001b]0;title\u0007b\u001b[2Jc"), { out, err: out }, { json: false });
  expect(stream.text).toBe("error: abc\n");
});
