import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunControl } from "../../../src/orchestrator/base/run-control.ts";
import { requestStop } from "../../../src/orchestrator/base/stop-request.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stepdock-control-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const control = (signals: Partial<Record<"signal" | "killSignal", AbortSignal>> = {}, timeout?: number) =>
  new RunControl({
    ...{ directory, timeout },
    signals: { signal: new AbortController().signal, killSignal: new AbortController().signal, ...signals },
  });

const aborted = (signal: AbortSignal): Promise<unknown> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener("abort", resolve));

test("a request stops the run, a later one by force kills what runs, and whoever asked is told once", async () => {
  using it = control();
  const asked = vi.fn();
  it.begin(asked);
  expect(it.signals.signal.aborted).toBe(false);
  await requestStop(directory, "graceful");
  await aborted(it.signals.signal);
  expect(it.signals.killSignal.aborted).toBe(false);
  await requestStop(directory, "force");
  await aborted(it.signals.killSignal);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(it.timeoutFailure).toBeUndefined();
});

test("a request that is there before the run begins counts, and is taken back at the end", async () => {
  {
    using it = control();
    await requestStop(directory, "force");
    it.begin(() => {});
    expect(it.signals).toMatchObject({ signal: { aborted: true }, killSignal: { aborted: true } });
  }
  expect(existsSync(join(directory, "stop"))).toBe(false);
});

test("the caller's own signals count as before", () => {
  const caller = new AbortController();
  using it = control({ signal: caller.signal });
  caller.abort();
  expect(it.signals).toMatchObject({ signal: { aborted: true }, killSignal: { aborted: false } });
});

test("a timeout stops the run and is the reason, unless it was being stopped already", async () => {
  using late = control({}, 0.001);
  late.begin(() => {});
  await aborted(late.signals.signal);
  expect(late.timeoutFailure).toMatchObject({ kind: "timeout", message: expect.stringContaining("0.001 s") });
  const caller = new AbortController();
  caller.abort();
  vi.useFakeTimers();
  try {
    using stopped = control({ signal: caller.signal }, 1);
    stopped.begin(() => {});
    vi.advanceTimersByTime(2000);
    expect(stopped.timeoutFailure).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
