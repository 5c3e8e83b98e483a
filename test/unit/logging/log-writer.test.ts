import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { LogWriteError } from "../../../src/logging/errors.ts";
import { openLogWriter, readLog } from "../../../src/logging/log-file.ts";
import { WRITE_BUFFER_BYTES } from "../../../src/logging/log-writer.ts";
import { collect, logDirectory, record } from "./support.ts";

const caught = (promise: unknown): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => undefined,
    (error) => error,
  );

describe("the log writer", () => {
  test("appends one line of JSON for each record, in the order of the calls", async () => {
    await using directory = await logDirectory();
    const writer = await openLogWriter(directory.path);
    await writer.write(record("a"));
    await writer.write([record("b"), record("c", "stderr")]);
    await writer.close();
    const lines = (await readFile(directory.path, "utf8")).split("\n");
    expect(lines.map((line) => line && JSON.parse(line))).toEqual([
      record("a"),
      record("b"),
      record("c", "stderr"),
      "",
    ]);
  });

  test("loses no record where calls and flushes interleave", async () => {
    await using directory = await logDirectory();
    const expected = Array.from({ length: 3_000 }, (_, index) => record(`line ${index}`));
    const writer = await openLogWriter(directory.path);
    for (const [index, line] of expected.entries()) {
      writer.write(line);
      if (index % 3 === 0) await new Promise(setImmediate);
      for (let tick = 0; tick < index % 7; tick++) await null;
    }
    await writer.close();
    expect(await collect(readLog(directory.path))).toEqual(expected);
  });

  test("goes on after what is in the file already", async () => {
    await using directory = await logDirectory();
    for (const text of ["first", "second"]) {
      await using writer = await openLogWriter(directory.path);
      await writer.write(record(text));
    }
    expect(await collect(readLog(directory.path))).toEqual([record("first"), record("second")]);
  });

  test.each([0, 10, 200_000])(
    "removes a line of %i bytes that a crash cut off, so that the next record is whole",
    async (length) => {
      await using directory = await logDirectory();
      await writeFile(directory.path, `${JSON.stringify(record("kept"))}\n${"{".repeat(length)}`);
      const writer = await openLogWriter(directory.path);
      await writer.write(record("new"));
      await writer.close();
      expect(await collect(readLog(directory.path))).toEqual([record("kept"), record("new")]);
    },
  );

  test("asks its caller to wait as soon as more than its buffer is behind, and is empty after the wait", async () => {
    await using directory = await logDirectory();
    await using writer = await openLogWriter(directory.path);
    const line = record("x".repeat(10_000));
    let calls = 1;
    let wait = writer.write(line);
    for (; wait === undefined; calls++) {
      expect(writer.bufferedBytes).toBeLessThanOrEqual(WRITE_BUFFER_BYTES);
      wait = writer.write(line);
    }
    expect(writer.bufferedBytes).toBeGreaterThan(WRITE_BUFFER_BYTES);
    await wait;
    expect(writer.bufferedBytes).toBe(0);
    expect((await collect(readLog(directory.path))).length).toBe(calls);
  });

  test("names the path and the way out where the file cannot be opened", async () => {
    await using directory = await logDirectory();
    const missing = `${dirname(directory.path)}/no/log.ndjson`;
    const error = await caught(openLogWriter(missing));
    expect(error).toBeInstanceOf(LogWriteError);
    expect(error).toMatchObject({ code: "log_write_failed", path: missing });
    expect(String(error)).toContain(`Cannot write the log ${missing}: ENOENT`);
    expect(String(error)).toContain("Restore the directory");
  });

  test("refuses a directory in the place of the file", async () => {
    await using directory = await logDirectory();
    await mkdir(directory.path);
    expect(await caught(openLogWriter(directory.path))).toBeInstanceOf(LogWriteError);
  });

  test("refuses a record after it was closed", async () => {
    await using directory = await logDirectory();
    const writer = await openLogWriter(directory.path);
    await writer.close();
    expect(await caught(writer.write(record("late")))).toBeInstanceOf(LogWriteError);
  });
});

describe.skipIf(!existsSync("/dev/full"))("the log writer on a full disk", () => {
  test("rejects the call that waits, every call after it, and the close", async () => {
    const writer = await openLogWriter("/dev/full");
    const big = Array.from({ length: 200 }, () => record("x".repeat(10_000)));
    const first = await caught(writer.write(big));
    expect(first).toBeInstanceOf(LogWriteError);
    expect(String(first)).toMatch(/Cannot write the log \/dev\/full: ENOSPC.*Free space on this disk/);
    expect(await caught(writer.write(record("more")))).toBe(first);
    expect(await caught(writer.close())).toBe(first);
  });

  test("rejects the close where no call had to wait", async () => {
    const writer = await openLogWriter("/dev/full");
    expect(writer.write(record("small"))).toBeUndefined();
    expect(await caught(writer.close())).toBeInstanceOf(LogWriteError);
  });

  test("tells of the failure once where the writer is disposed", async () => {
    const told = await caught(
      (async () => {
        await using writer = await openLogWriter("/dev/full");
        await writer.write(Array.from({ length: 200 }, () => record("x".repeat(10_000))));
      })(),
    );
    expect(told).toBeInstanceOf(LogWriteError);
    const untold = await caught(
      (async () => {
        await using writer = await openLogWriter("/dev/full");
        writer.write(record("small"));
      })(),
    );
    expect(untold).toBeInstanceOf(LogWriteError);
  });
});
