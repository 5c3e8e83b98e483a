import { expect, test } from "vitest";
import { checkOptions, parseSetting, StepOptions } from "../../../src/compiler/check-options.ts";
import { PIPELINE, pipeline } from "../../../src/pipeline/pipeline.ts";

const definitionOf = (timeout: number) =>
  pipeline({ name: "p", timeout: 1, define: () => {} }).with({ timeout })[PIPELINE];

test("a run's timeout may be set, and set anew", () => {
  expect(() => checkOptions(definitionOf(600))).not.toThrow();
  expect(definitionOf(600).options.timeout).toBe(600);
});

test.each([0, -1, 2_147_484, Number.POSITIVE_INFINITY])(
  "a timeout of %d s is refused, for a run and for a step",
  (timeout) => {
    expect(() => checkOptions(definitionOf(timeout))).toThrow(
      /Pipeline "p" has an option that cannot be used: .*timeout/,
    );
    expect(() => parseSetting(StepOptions, { timeout }, 'Step "s"')).toThrow(/timeout/);
  },
);

test("a grace period may be nothing, but not less", () => {
  expect(parseSetting(StepOptions, { stopGracePeriod: 0 }, "here")).toEqual({ stopGracePeriod: 0 });
  expect(() => parseSetting(StepOptions, { stopGracePeriod: -1 }, "here")).toThrow(/stopGracePeriod/);
});

test("memoryFactor makes nothing smaller", () => {
  const retry = { maxRetries: 1, memoryFactor: 2 };
  expect(parseSetting(StepOptions, { retry }, "here")).toEqual({ retry });
  expect(() => parseSetting(StepOptions, { retry: { ...retry, memoryFactor: 0.5 } }, "here")).toThrow(
    /memoryFactor/,
  );
});

const scheduled = (schedule: object) => pipeline({ name: "p", schedule, define: () => {} })[PIPELINE];

test.each([
  { cronExpression: "0 6 * * 1" },
  { intervalSecond: 60, startTime: "2026-01-01T00:00:00Z" },
  { runOnceStartTime: "2026-01-01T00:00:00+02:00" },
])("a schedule may be %o", (schedule) => {
  expect(() => checkOptions(scheduled(schedule))).not.toThrow();
});

test.each([
  [{ intervalSecond: 60 }, /schedule.*needs a cronExpression, an intervalSecond with a startTime/],
  [{ runOnceStartTime: "tomorrow" }, /schedule/],
  [{ cron: "* * * * *" }, /schedule/],
])("a schedule of %o is refused", (schedule, message) => {
  expect(() => checkOptions(scheduled(schedule))).toThrow(message);
});
