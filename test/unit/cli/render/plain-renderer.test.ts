import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPlainRenderer } from "../../../../src/cli/render/plain-renderer.ts";
import type { Failure, RunEvent } from "../../../../src/model/index.ts";
import { at, finished, log, memoryOutput, started, status } from "../support.ts";

beforeEach(() => {
  vi.stubEnv("FORCE_COLOR", undefined);
  vi.stubEnv("NO_COLOR", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const render = async (events: readonly RunEvent[], outputs = {}): Promise<string> => {
  const { out, stream } = memoryOutput();
  const renderer = createPlainRenderer(out);
  for (const event of events) await renderer.sink(event);
  await renderer.close(outputs);
  return stream.text;
};

test("a run that completes is told line by line, and its outputs at the end", async () => {
  const text = await render(
    [
      started(["load"], ["train"]),
      status("load", "cached", { durationMs: 0 }),
      status("train", "initializing"),
      at(10, { event: "build_started", image: "stepdock/step:1", invocations: ["train"] }),
      at(11, { event: "build_output", image: "stepdock/step:1", line: "Step 1/3" }),
      at(12, { event: "build_finished", image: "stepdock/step:1", reused: false, durationMs: 1500 }),
      status("train", "running", { at: 20 }),
      log("train", "epoch 1"),
      at(30, { event: "warning", invocation: "train", message: "slow" }),
      status("train", "completed", { durationMs: 1200 }),
      finished("completed"),
    ],
    { model: { invocation: "train", output: "model" } },
  );
  expect(text.split("\n")).toEqual([
    "run weather-1 (pipeline weather, 2 steps, stack local_docker, id 0123456789abcdef)",
    "step load: cached",
    "build | stepdock/step:1 for train",
    "build | Step 1/3",
    "build | stepdock/step:1 is built, in 1.5 s",
    "step train: running",
    "train | epoch 1",
    "warning: step train: slow",
    "step train: completed in 1.2 s",
    "run weather-1 completed: 1 completed, 1 cached in 3.2 s",
    "outputs: model (npx stepdock artifact 01234567 train.model)",
    "",
  ]);
});

const FAILURE: Failure = {
  kind: "threw",
  name: "TypeError",
  message: "no luck",
  retryable: true,
  stack: [
    "TypeError: no luck",
    "    at async load (file:///stepdock/entrypoint.mjs:1:2)",
    "    at boom (/project/steps.ts:9:47)",
    "Caused by: Error: deep",
    "    at inner (/project/steps.ts:3:1)",
  ].join("\n"),
};

test("a failed step is told with its stack, the end of its log and where the rest is; a skipped one with why", async () => {
  const text = await render([
    started(["fails", "other"], ["after"]),
    status("fails", "initializing"),
    status("fails", "running", { containerId: "c1" }),
    ...Array.from({ length: 12 }, (_, index) => log("fails", `line ${index}`)),
    status("fails", "failed", { durationMs: 700, failure: FAILURE, logPath: "/ws/log.ndjson" }),
    status("other", "completed", { durationMs: 5 }),
    status("after", "skipped", { skipReason: { kind: "upstream_failed", upstream: "fails" } }),
    finished("failed"),
  ]);
  expect(text.slice(text.indexOf("step fails: failed")).split("\n")).toEqual([
    "step fails: failed in 0.7 s: no luck",
    "step other: completed in 5 ms",
    "step after: skipped: its upstream fails did not succeed",
    "",
    "step fails failed after 0.7 s",
    "  TypeError: no luck",
    "      at boom (/project/steps.ts:9:47)",
    "      at async load (file:///stepdock/entrypoint.mjs:1:2)",
    "  Caused by: Error: deep",
    "      at inner (/project/steps.ts:3:1)",
    "  the end of its log:",
    ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((index) => `    line ${index}`),
    "  whole log: /ws/log.ndjson",
    "  stepdock logs 01234567 fails",
    "  again, by itself: stepdock rerun 01234567 fails",
    "  look around in it: stepdock shell 01234567 fails",
    "",
    "run weather-1 failed: 1 completed, 1 failed, 1 skipped in 3.2 s",
    "  after did not run: its upstream fails did not succeed",
    "",
  ]);
});

test("of a step that had no container no shell is offered, whatever its stack is called", async () => {
  const text = await render([
    started(["fails"]),
    status("fails", "initializing"),
    status("fails", "running"),
    status("fails", "failed", { failure: FAILURE }),
    finished("failed"),
  ]);
  expect(text).toContain("stepdock rerun 01234567 fails");
  expect(text).not.toContain("stepdock shell");
});

test("an attempt that is tried again is told, and only the last one is reported at the end", async () => {
  const text = await render([
    started(["flaky"]),
    status("flaky", "initializing"),
    log("flaky", "first"),
    status("flaky", "retrying", { durationMs: 100, failure: { ...FAILURE, message: "first" } }),
    status("flaky", "retried"),
    status("flaky", "initializing", { attempt: 2 }),
    log("flaky", "second"),
    status("flaky", "failed", { attempt: 2, durationMs: 100, failure: { ...FAILURE, message: "second" } }),
    finished("failed"),
  ]);
  expect(text).toContain("step flaky: failed in 0.1 s (attempt 1): first; it is tried again\n");
  expect(text).toContain("step flaky failed after 0.1 s, at attempt 2\n  TypeError: second\n");
  expect(text).toContain("  the end of its log:\n    second\n");
  expect(text.match(/^ {2}TypeError/gm)).toHaveLength(1);
});

test("a step that printed nothing has no end of a log", async () => {
  const text = await render([
    started(["a"]),
    status("a", "failed", { failure: FAILURE }),
    finished("failed"),
  ]);
  expect(text).not.toContain("the end of its log");
});

test("nothing that a step, a build or an error says reaches the terminal as an escape sequence", async () => {
  const hostile = "x\u001b[2J\u001b]52;c;ZXZpbA==\u0007y";
  const text = await render([
    started(["a"]),
    at(1, { event: "build_output", image: "i", line: hostile }),
    at(1, { event: "warning", message: hostile }),
    log("a", hostile),
    status("a", "failed", { failure: { ...FAILURE, name: hostile, message: hostile, stack: hostile } }),
    finished("failed"),
  ]);
  expect(text).not.toContain("\u001b");
  expect(text).not.toContain("ZXZpbA");
});

test("names have colours of their own where colours are asked for", async () => {
  vi.stubEnv("FORCE_COLOR", "1");
  const text = await render([started(["a", "b"]), log("a", "one"), log("b", "two"), log("a", "three")]);
  expect(text).toContain(
    "\u001b[36ma |\u001b[39m one\n\u001b[35mb |\u001b[39m two\n\u001b[36ma |\u001b[39m three\n",
  );
});

test("with NO_COLOR a terminal gets none", async () => {
  vi.stubEnv("NO_COLOR", "1");
  const { out, stream } = memoryOutput({ isTTY: true });
  const renderer = createPlainRenderer(out);
  await renderer.sink(started(["a"]));
  await renderer.sink(log("a", "one"));
  await new Promise(setImmediate);
  expect(stream.text).toContain("one");
  expect(stream.text).not.toContain("\u001b");
});

test("a sender that heeds the promises never has more than a little waiting in memory", async () => {
  const { out, stream } = memoryOutput({ slow: true });
  const renderer = createPlainRenderer(out);
  await renderer.sink(started(["a"]));
  let most = 0;
  for (let index = 0; index < 200_000; index += 1) {
    const wait = renderer.sink(log("a", `line ${index}`));
    most = Math.max(most, stream.writableLength);
    if (!wait) continue;
    while (stream.take());
    await wait;
  }
  await new Promise(setImmediate);
  while (stream.take());
  expect(most).toBeLessThan(32 * 1024);
  expect(stream.text.endsWith("a | line 199999\n")).toBe(true);
  expect(stream.text.split("\n")).toHaveLength(200_002);
});

test("when the reader is gone the run is rendered on without waiting", async () => {
  const { out, stream } = memoryOutput({ slow: true });
  const renderer = createPlainRenderer(out);
  await renderer.sink(started(["a"]));
  const wait = renderer.sink(log("a", "x".repeat(20_000)));
  stream.destroy(Object.assign(new Error("gone"), { code: "EPIPE" }));
  await wait;
  expect(renderer.sink(log("a", "x".repeat(20_000)))).toBeUndefined();
  await renderer.close();
});
