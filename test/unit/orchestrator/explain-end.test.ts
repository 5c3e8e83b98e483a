import { describe, expect, test } from "vitest";
import type { LogRecord } from "../../../src/logging/log-record.ts";
import { type EndFacts, explainEnd } from "../../../src/orchestrator/containerized/explain-end.ts";

const exitWith = (exitCode: number, change: Partial<EndFacts> & { oomKilled?: boolean } = {}): EndFacts => ({
  exit: { exitCode, oomKilled: change.oomKilled ?? false, error: "" },
  memoryLimit: undefined,
  stopped: false,
  tail: [],
  ...change,
});

const line = (text: string): LogRecord => ({ time: "2026-01-01T00:00:00.000Z", stream: "stderr", text });

describe("a container that ended without a result", () => {
  test("by request was stopped, whatever its exit code", () => {
    expect(explainEnd(exitWith(137, { stopped: true })).kind).toBe("stopped");
  });

  test("for memory names the limit and the setting", () => {
    const failure = explainEnd(exitWith(137, { oomKilled: true, memoryLimit: "64MB" }));
    expect(failure.kind).toBe("out_of_memory");
    expect(failure.message).toContain("64MB");
    expect(failure.message).toContain("settings.resources.memory");
  });

  test("by SIGKILL under a memory limit most likely ended for memory, though the engine missed it", () => {
    const failure = explainEnd(exitWith(137, { memoryLimit: "64MB" }));
    expect(failure).toMatchObject({ kind: "out_of_memory", name: "OutOfMemory", exitCode: 137 });
    expect(failure.message).toMatch(/most likely .* memory limit of 64MB.*settings\.resources\.memory/);
  });

  test("by SIGKILL without a memory limit is not said to have ended for memory", () => {
    const failure = explainEnd(exitWith(137));
    expect(failure).toMatchObject({ kind: "signal", name: "SIGKILL", exitCode: 137 });
    expect(failure.message).toMatch(/stepdock did not send it/);
  });

  test("by another signal under a memory limit did not end for memory", () => {
    expect(explainEnd(exitWith(143, { memoryLimit: "64MB" })).kind).toBe("signal");
  });

  test("for memory without a limit says that the engine ran out", () => {
    expect(explainEnd(exitWith(137, { oomKilled: true })).message).toContain("the engine ran out of memory");
  });

  test("for V8's heap limit is told from a crash", () => {
    const tail = [line("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory")];
    expect(explainEnd(exitWith(134, { tail })).message).toContain("--max-old-space-size");
    expect(explainEnd(exitWith(134)).kind).toBe("signal");
  });

  test.each([
    [139, "SIGSEGV"],
    [134, "SIGABRT"],
    [143, "SIGTERM"],
  ])("with exit code %i names the signal %s", (exitCode, signal) => {
    const failure = explainEnd(exitWith(exitCode));
    expect(failure).toMatchObject({ kind: "signal", name: signal, exitCode });
    expect(failure.message).toContain(signal);
  });

  test("with exit code 0 says that it ended itself", () => {
    expect(explainEnd(exitWith(0))).toMatchObject({ kind: "exited_by_itself", retryable: false });
  });

  test("with another exit code names it, and what the engine says", () => {
    const facts = exitWith(3);
    const failure = explainEnd({ ...facts, exit: { ...facts.exit, error: "no such device" } });
    expect(failure.kind).toBe("exit_code");
    expect(failure.message).toContain("exit code 3");
    expect(failure.message).toContain("no such device");
  });

  test("that had no command to run quotes what was printed", () => {
    const failure = explainEnd(
      exitWith(127, { tail: [line("exec node failed: No such file or directory")] }),
    );
    expect(failure).toMatchObject({ kind: "not_started", retryable: false });
    expect(failure.message).toContain("exec node failed");
  });

  test("that was never assigned may be tried again", () => {
    expect(explainEnd(exitWith(75))).toMatchObject({ kind: "not_assigned", retryable: true });
  });
});
