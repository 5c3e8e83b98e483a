import { expect, test } from "vitest";
import { liveFrame } from "../../../../src/cli/render/live-frame.ts";
import { RunView } from "../../../../src/cli/render/run-view.ts";
import type { RunEvent } from "../../../../src/model/index.ts";
import { finished, START, started, status } from "../support.ts";

const frame = (events: readonly RunEvent[], size: { rows?: number; columns?: number } = {}): string[] => {
  const view = new RunView();
  for (const event of events) view.apply(event);
  const paint = (_style: unknown, text: string) => text;
  return liveFrame(view, { rows: 24, columns: 80, ...size }, { now: START + 65_400, paint }).split("\n");
};

test("each step has a row with its state and its time, in the order of layers", () => {
  const lines = frame([
    started(["load"], ["train", "other"], ["report"]),
    status("load", "cached", { durationMs: 0 }),
    status("other", "completed", { durationMs: 1234 }),
    status("train", "initializing"),
    status("train", "running", { at: 53_000, attempt: 2 }),
  ]);
  expect(lines).toEqual([
    "load    cached",
    "train   running    12 s   attempt 2",
    "other   completed  1.2 s",
    "report  waiting",
    "run weather-1: 1 completed, 1 cached, 1 running, 1 waiting, 1 min 5 s",
  ]);
});

test("a big run fits the terminal: what runs and what failed is shown, the rest is counted", () => {
  const names = Array.from({ length: 200 }, (_, index) => `step_${index}`);
  const lines = frame(
    [
      started(names),
      ...names.slice(0, 150).map((name) => status(name, "completed", { durationMs: 10 })),
      status("step_7", "failed", { durationMs: 10 }),
      status("step_180", "running", { at: 65_000 }),
    ],
    { rows: 12 },
  );
  expect(lines).toHaveLength(10);
  expect(lines[0]).toMatch(/^step_7 +failed/);
  expect(lines[1]).toMatch(/^step_150 +waiting/);
  expect(lines[7]).toMatch(/^step_180 +running +0 s/);
  expect(lines[8]).toBe("… 192 more: 149 completed, 43 waiting");
});

test("a long name is cut so that no row is wider than the terminal", () => {
  const lines = frame([started(["n".repeat(100)])], { columns: 60 });
  expect(lines[0]).toBe(`${"n".repeat(19)}…  waiting`);
});

test("when the run has ended the table stands without the sum, which the report tells", () => {
  const lines = frame([
    started(["a"], ["b"]),
    status("a", "failed", { durationMs: 5 }),
    status("b", "skipped", { skipReason: { kind: "upstream_failed", upstream: "a" } }),
    finished("failed"),
  ]);
  expect(lines).toEqual(["a  failed   5 ms", "b  skipped        its upstream a did not succeed"]);
});

test("before the run has started there is nothing to show", () => {
  expect(frame([])).toEqual([""]);
});
