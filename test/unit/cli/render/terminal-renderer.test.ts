import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TerminalRenderer } from "../../../../src/cli/render/terminal-renderer.ts";
import { finished, log, memoryOutput, START, started, status } from "../support.ts";

beforeEach(() => {
  vi.stubEnv("FORCE_COLOR", undefined);
  vi.stubEnv("NO_COLOR", "1");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const terminal = (options = {}) => {
  const { out, stream } = memoryOutput({ isTTY: true, ...options });
  return { renderer: new TerminalRenderer(out, () => START + 5000), stream };
};

test("lines are drawn above the table, and the last table stands before the report", async () => {
  const { renderer, stream } = terminal();
  await renderer.sink(started(["load"], ["train_it"]));
  await renderer.sink(status("load", "running", { at: 1000 }));
  await renderer.sink(log("load", "hello"));
  await renderer.draw();
  await renderer.sink(status("load", "completed", { durationMs: 1200 }));
  await renderer.sink(status("train_it", "cached", { durationMs: 0 }));
  await renderer.sink(finished("completed"));
  await renderer.close({ model: { invocation: "train_it", output: "model" } });
  expect(stripVTControlCharacters(stream.text).split("\n")).toEqual([
    "run weather-1 (pipeline weather, 2 steps, stack local_docker, id 0123456789abcdef)",
    "load     │ hello",
    "load      running  4 s",
    "train_it  waiting",
    "run weather-1: 1 running, 1 waiting, 5 s",
    "load      completed  1.2 s",
    "train_it  cached",
    "run weather-1 completed: 1 completed, 1 cached in 3.2 s",
    "outputs: model (npx stepdock artifact 01234567 train_it.model)",
    "",
  ]);
});

test("a frame erases the lines of the one before it, and no more", async () => {
  const { renderer, stream } = terminal();
  await renderer.sink(started(["a"]));
  await renderer.draw();
  const before = stream.text.length;
  await renderer.sink(log("a", "hello"));
  await renderer.draw();
  const drawn = stream.text.slice(before);
  // A row, the sum, and the empty line that the cursor is in.
  expect(drawn.split("\u001b[2K")).toHaveLength(4);
  expect(drawn.split("\u001b[1A")).toHaveLength(3);
  await renderer.close();
});

test("nothing is written where nothing has changed", async () => {
  const { renderer, stream } = terminal();
  await renderer.sink(started(["a"]));
  await renderer.draw();
  const before = stream.text.length;
  await renderer.draw();
  expect(stream.text).toHaveLength(before);
  await renderer.close();
});

test("a line of 20 MB is not dumped on the terminal", async () => {
  const { renderer, stream } = terminal();
  await renderer.sink(started(["a"]));
  const piece = "x".repeat(64 * 1024);
  for (let index = 0; index < 320; index += 1) await renderer.sink(log("a", piece, { partial: true }));
  await renderer.sink(log("a", "end"));
  await renderer.close();
  expect(stream.text.length).toBeLessThan(10_000);
  expect(stripVTControlCharacters(stream.text)).toContain(
    "a │ … 21.0 MB of this line left out; the log has all\n",
  );
});

test("what a step prints cannot move the cursor or clear the screen", async () => {
  const { renderer, stream } = terminal();
  await renderer.sink(started(["a"]));
  await renderer.sink(log("a", "x\u001b[2J\u001b[10Ay\u001b]0;evil\u0007"));
  await renderer.close();
  expect(stream.text).toContain("a │ xy\n");
  expect(stream.text).not.toContain("\u001b[2J");
  expect(stream.text).not.toContain("evil");
});

test("200,000 lines for a slow terminal never pile up, and all of them arrive", async () => {
  const { renderer, stream } = terminal({ slow: true });
  const drain = async (wait: void | Promise<void>): Promise<void> => {
    while (stream.take());
    await wait;
  };
  await drain(renderer.sink(started(["a"])));
  let most = 0;
  for (let index = 0; index < 200_000; index += 1) {
    const wait = renderer.sink(log("a", `line ${index}`));
    most = Math.max(most, stream.writableLength);
    if (wait) await drain(wait);
  }
  const closing = renderer.close();
  const taking = setInterval(() => stream.take(), 0);
  await closing;
  clearInterval(taking);
  expect(most).toBeLessThan(200 * 1024);
  const lines = stripVTControlCharacters(stream.text).match(/^a │ line \d+$/gm);
  expect(lines).toHaveLength(200_000);
});
