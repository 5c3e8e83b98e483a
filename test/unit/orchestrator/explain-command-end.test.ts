import { expect, test } from "vitest";
import type { LogRecord } from "../../../src/logging/log-record.ts";
import { explainCommandEnd } from "../../../src/orchestrator/containerized/explain-command-end.ts";
import type { EndFacts } from "../../../src/orchestrator/containerized/explain-end.ts";

const line = (text: string): LogRecord => ({ time: "2026-01-01T00:00:00.000Z", stream: "stderr", text });

const explained = (exitCode: number, change: Partial<EndFacts> & { oomKilled?: boolean } = {}) => {
  const exit = { exitCode, oomKilled: change.oomKilled ?? false, error: "", startedAt: "", finishedAt: "" };
  const facts = { exit, memoryLimit: undefined, stopped: false, tail: [line("ValueError: no")], ...change };
  return explainCommandEnd(facts, "python:3.12");
};

test.each([1, 2, 64, 65, 66, 70, 73, 75, 200, 255])(
  "exit code %i is told as the command's own, with its last lines",
  (code) => {
    const failure = explained(code);
    expect(failure).toMatchObject({ kind: "exit_code", name: "ExitCode", exitCode: code, retryable: true });
    expect(failure.message).toBe(
      `The step's command ended with exit code ${code}. Its last lines:\n  | ValueError: no`,
    );
  },
);

test("what was not found or not executable is told with the image, and is not tried again", () => {
  expect(explained(127)).toMatchObject({ kind: "not_started", name: "CommandNotFound", retryable: false });
  expect(explained(127).message).toMatch(/was not found in image python:3\.12 \(exit code 127\)/);
  expect(explained(126)).toMatchObject({ kind: "not_started", name: "NotExecutable", retryable: false });
  expect(explained(125).message).toMatch(/docker run/);
});

test("a signal is named, also where its exit code is that of Node's own crash", () => {
  expect(explained(139)).toMatchObject({ kind: "signal", name: "SIGSEGV", exitCode: 139 });
  expect(explained(139).message).not.toContain("Node");
  expect(explained(137)).toMatchObject({ kind: "signal", name: "SIGKILL" });
});

test("a stop and the end of memory are told as of any step", () => {
  expect(explained(143, { stopped: true }).kind).toBe("stopped");
  expect(explained(137, { memoryLimit: "64MB" })).toMatchObject({ kind: "out_of_memory" });
  expect(explained(1, { oomKilled: true, memoryLimit: "64MB" }).message).toContain(
    "settings.resources.memory",
  );
});

test("a command that printed nothing is told to have, and of many lines only the last are shown", () => {
  expect(explained(1, { tail: [line("  ")] }).message).toMatch(/exit code 1\. It printed nothing\.$/);
  const tail = Array.from({ length: 15 }, (_, index) => line(`line ${index}`));
  expect(explained(1, { tail }).message.split("\n").slice(1)).toEqual(
    tail.slice(5).map(({ text }) => `  | ${text}`),
  );
});
