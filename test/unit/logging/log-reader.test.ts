import { appendFile, mkdir, truncate, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LogReadError } from "../../../src/logging/errors.ts";
import { type LogWarning, openLogWriter, readLog } from "../../../src/logging/log-file.ts";
import { nextWarning } from "../../fixtures/process-warning.ts";
import { collect, logDirectory, record } from "./support.ts";

const line = (text: string): string => `${JSON.stringify(record(text))}\n`;

async function readWithWarnings(path: string) {
  const warnings: LogWarning[] = [];
  const records = await collect(readLog(path, { onWarning: (warning) => warnings.push(warning) }));
  return { texts: records.map(({ text }) => text), warnings };
}

describe("reading a log", () => {
  test("leaves out a last line that a crash cut off, and names the path and the byte where it starts", async () => {
    await using directory = await logDirectory();
    await writeFile(directory.path, line("é") + line("lost").slice(0, 20));
    const { texts, warnings } = await readWithWarnings(directory.path);
    const offset = Buffer.byteLength(line("é"));
    expect(texts).toEqual(["é"]);
    expect(warnings).toMatchObject([{ kind: "truncated", path: directory.path, offset }]);
    expect(warnings[0]?.message).toContain(`${directory.path} is truncated at byte ${offset}`);
  });

  test("reads every whole record of a file that was cut anywhere", async () => {
    await using directory = await logDirectory();
    const whole = line("a") + line("b") + line("c");
    const size = line("a").length;
    await writeFile(directory.path, whole);
    for (let length = whole.length; length >= 0; length--) {
      await truncate(directory.path, length);
      const { texts, warnings } = await readWithWarnings(directory.path);
      const lines = Math.floor(length / size);
      expect(texts).toEqual(["a", "b", "c"].slice(0, lines));
      expect(warnings.map(({ offset }) => offset)).toEqual(length % size === 0 ? [] : [lines * size]);
    }
  });

  test.each([
    ["is no JSON", "{oops\n"],
    ["is empty", "\n"],
    ["has another shape", '{"time":"2026-01-02T03:04:05.678Z","stream":"stdin","text":"a"}\n'],
    ["has neither text nor bytes", '{"time":"2026-01-02T03:04:05.678Z","stream":"stdout"}\n'],
    ["is no UTF-8", Buffer.from([...Buffer.from(line("a").replace('"a"', '"\u00ff"'), "latin1")])],
    ["is longer than any record", `${"x".repeat(2_000_000)}\n`],
  ])("leaves out a line that %s with a warning, and reads on", async (_what, damage) => {
    await using directory = await logDirectory();
    await writeFile(
      directory.path,
      Buffer.concat([line("a"), damage, line("b")].map((part) => Buffer.from(part))),
    );
    const { texts, warnings } = await readWithWarnings(directory.path);
    expect(texts).toEqual(["a", "b"]);
    expect(warnings).toMatchObject([{ kind: "damaged", offset: line("a").length }]);
  });

  test("warns through the process where the caller takes no warnings", async () => {
    await using directory = await logDirectory();
    await writeFile(directory.path, "{");
    const warned = nextWarning();
    await collect(readLog(directory.path));
    expect((await warned).message).toContain(directory.path);
  });

  test("reads the longest possible record", async () => {
    await using directory = await logDirectory();
    const longest = { ...record("\u0001".repeat(64 * 1024)), partial: true } as const;
    await writeFile(directory.path, `${JSON.stringify(longest)}\n`);
    expect(await collect(readLog(directory.path))).toEqual([longest]);
  });

  test("fails with the path where there is no such file", async () => {
    await using directory = await logDirectory();
    const reading = collect(readLog(directory.path));
    await expect(reading).rejects.toThrow(LogReadError);
    await expect(reading).rejects.toThrow(`Cannot read the log ${directory.path}: ENOENT`);
  });

  test("stops with the signal's reason, before it opens the file or while it reads", async () => {
    await using directory = await logDirectory();
    const aborted = readLog(directory.path, { signal: AbortSignal.abort(new Error("enough")) });
    await expect(aborted.next()).rejects.toThrow("enough");
    await writeFile(directory.path, line("x".repeat(10_000)).repeat(100));
    const controller = new AbortController();
    const reading = readLog(directory.path, { signal: controller.signal });
    await reading.next();
    controller.abort(new Error("enough"));
    await expect(collect(reading)).rejects.toThrow("enough");
  });
});

describe("following a log", () => {
  // With the clock stopped, what arrives comes from the watcher and not from the timer that stands in for it.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test("yields records as they are appended, and ends when it is over and every record is read", async () => {
    await using directory = await logDirectory();
    const over = Promise.withResolvers<void>();
    await using writer = await openLogWriter(directory.path);
    const records = readLog(directory.path, { until: () => over.promise });
    for (const text of ["a", "b", "c"]) {
      const next = records.next();
      await writer.write(record(text));
      expect((await next).value).toEqual(record(text));
    }
    const next = records.next();
    writer.write(record("last"));
    await writer.close();
    over.resolve();
    expect((await next).value).toEqual(record("last"));
    expect((await records.next()).done).toBe(true);
  });

  test("waits for a file that does not exist yet", async () => {
    await using directory = await logDirectory();
    const records = readLog(directory.path, { until: () => new Promise(() => {}) });
    const next = records.next();
    await using writer = await openLogWriter(directory.path);
    await writer.write(record("here"));
    expect((await next).value).toEqual(record("here"));
    await records.return();
  });

  test("looks again from time to time where it cannot watch", async () => {
    await using directory = await logDirectory();
    const path = `${directory.path}.d/log.ndjson`;
    const records = readLog(path, { until: () => new Promise(() => {}) });
    let first: unknown;
    const next = records.next().then(({ value }) => {
      first = value;
    });
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    await mkdir(dirname(path));
    await writeFile(path, line("here"));
    while (first === undefined) {
      vi.runOnlyPendingTimers();
      await new Promise(setImmediate);
    }
    await next;
    expect(first).toEqual(record("here"));
    await records.return();
  });

  test("yields a line that is appended in two halves once, when it is whole", async () => {
    await using directory = await logDirectory();
    await writeFile(directory.path, line("a") + line("b").slice(0, 9));
    const over = Promise.withResolvers<void>();
    const records = readLog(directory.path, { until: () => over.promise });
    expect((await records.next()).value).toEqual(record("a"));
    const next = records.next();
    await appendFile(directory.path, line("b").slice(9));
    expect((await next).value).toEqual(record("b"));
    over.resolve();
    expect((await records.next()).done).toBe(true);
  });

  test("goes on cleanly where a new writer removes the line that a crash cut off", async () => {
    await using directory = await logDirectory();
    await writeFile(directory.path, line("a") + line("lost").slice(0, -1));
    const warnings: LogWarning[] = [];
    const over = Promise.withResolvers<void>();
    const records = readLog(directory.path, {
      until: () => over.promise,
      onWarning: (warning) => warnings.push(warning),
    });
    expect((await records.next()).value).toEqual(record("a"));
    const next = records.next();
    await using writer = await openLogWriter(directory.path);
    await writer.write(record("the one that came instead"));
    expect((await next).value).toEqual(record("the one that came instead"));
    over.resolve();
    expect((await records.next()).done).toBe(true);
    expect(warnings).toEqual([]);
  });

  test("warns of an unfinished line only when it is over", async () => {
    await using directory = await logDirectory();
    await writeFile(directory.path, line("a") + line("b").slice(0, 9));
    const over = Promise.withResolvers<void>();
    const warnings: LogWarning[] = [];
    const records = readLog(directory.path, {
      until: () => over.promise,
      onWarning: (warning) => warnings.push(warning),
    });
    await records.next();
    expect(warnings).toEqual([]);
    over.resolve();
    expect((await records.next()).done).toBe(true);
    expect(warnings).toMatchObject([{ kind: "truncated", offset: line("a").length }]);
  });

  test("can be aborted while it waits", async () => {
    await using directory = await logDirectory();
    await writeFile(directory.path, line("a"));
    const controller = new AbortController();
    const records = readLog(directory.path, {
      until: () => new Promise(() => {}),
      signal: controller.signal,
    });
    await records.next();
    const next = records.next();
    while (vi.getTimerCount() === 0) await new Promise(setImmediate);
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });

  test("rejects with what ended it, after the last record", async () => {
    await using directory = await logDirectory();
    await writeFile(directory.path, line("a"));
    const records = readLog(directory.path, { until: () => Promise.reject(new Error("run lost")) });
    expect((await records.next()).value).toEqual(record("a"));
    await expect(records.next()).rejects.toThrow("run lost");
  });
});
