import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { OutputSink } from "../../../src/docker/port.ts";
import { LogWriteError } from "../../../src/logging/errors.ts";
import { logBytes, readLog } from "../../../src/logging/log-file.ts";
import { type LogRecord, linesOf, MAX_RECORD_BYTES, recordBytes } from "../../../src/logging/log-record.ts";
import { openStepLog, type StepLog } from "../../../src/logging/step-log.ts";
import {
  arbitraryOutput,
  arbitrarySizes,
  chunks,
  collect,
  FRAME,
  logDirectory,
  NONCE,
  SHA256,
  TIME,
} from "./support.ts";

describe("the log of a step", () => {
  test("is a sink for what a container prints", () => {
    expectTypeOf<StepLog>().toExtend<OutputSink>();
  });

  test("has on file exactly the bytes of each stream, without the frame, however they come", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOutput, arbitraryOutput, arbitrarySizes, async (out, err, sizes) => {
        await using directory = await logDirectory();
        const heard: LogRecord[] = [];
        const log = await openStepLog({
          path: directory.path,
          nonce: NONCE,
          onRecord: (record) => void heard.push(record),
        });
        const stdout = chunks(Buffer.concat([out, FRAME]), sizes);
        const stderr = chunks(err, sizes.toReversed());
        for (;;) {
          const [o, e] = [stdout.next(), stderr.next()];
          if (!o.done) await log.write("stdout", o.value);
          if (!e.done) await log.write("stderr", e.value);
          if (o.done && e.done) break;
          if (sizes.length % 2 === 0) await log.flushed();
        }
        await log.end();
        const records = await collect(readLog(directory.path));
        expect(await logBytes(records)).toEqual({ stdout: out, stderr: err });
        expect(records.flatMap(linesOf)).toEqual(heard);
        expect(await log.frame).toBe(SHA256);
      }),
      { numRuns: 60 },
    );
  });

  test("takes a frame on stderr, or without a nonce, for output", async () => {
    await using directory = await logDirectory();
    const log = await openStepLog({ path: directory.path, nonce: NONCE });
    await log.write("stderr", FRAME);
    await log.end();
    const plain = await openStepLog({ path: directory.path });
    await plain.write("stdout", FRAME);
    await plain.end();
    expect(await logBytes(readLog(directory.path))).toEqual({ stdout: FRAME, stderr: FRAME });
    expect(await Promise.all([log.frame, plain.frame])).toEqual([undefined, undefined]);
  });

  test("knows the frame before the output ends", async () => {
    await using directory = await logDirectory();
    await using log = await openStepLog({ path: directory.path, nonce: NONCE });
    await log.write("stdout", Buffer.concat([Buffer.from("no newline"), FRAME]));
    expect(await log.frame).toBe(SHA256);
  });

  test("has an unfinished line on file once it is flushed, and then the rest of it", async () => {
    await using directory = await logDirectory();
    const log = await openStepLog({ path: directory.path, nonce: NONCE });
    await log.write("stdout", Buffer.concat([Buffer.from("one\nno newline"), FRAME]));
    await log.write("stderr", Buffer.from("wh\u00e9").subarray(0, 3));
    await log.flushed();
    const inBetween = await logBytes(readLog(directory.path));
    expect(inBetween).toEqual({ stdout: Buffer.from("one\nno newline"), stderr: Buffer.from("wh") });
    await log.write("stdout", Buffer.from(" yet\n"));
    await log.write("stderr", Buffer.from("wh\u00e9").subarray(3));
    await log.end();
    const records = await collect(readLog(directory.path));
    expect(await logBytes(records)).toEqual({
      stdout: Buffer.from("one\nno newline yet\n"),
      stderr: Buffer.from("wh\u00e9"),
    });
    expect(records.map(({ text, partial }) => [text, partial ?? false])).toEqual([
      ["one", false],
      ["no newline", true],
      ["wh", true],
      [" yet", false],
      ["\u00e9", true],
    ]);
  });

  test("puts down what looked like a frame when the output ends", async () => {
    await using directory = await logDirectory();
    const log = await openStepLog({ path: directory.path, nonce: NONCE });
    await log.write("stdout", FRAME.subarray(0, 50));
    await log.end();
    expect((await logBytes(readLog(directory.path))).stdout).toEqual(FRAME.subarray(0, 50));
    expect(await log.frame).toBeUndefined();
  });

  test("stamps records with the time at which they became whole", async () => {
    await using directory = await logDirectory();
    const times = ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z", "2026-01-01T00:00:02.000Z"];
    const log = await openStepLog({ path: directory.path, now: () => new Date(times.shift() ?? TIME) });
    await log.write("stdout", Buffer.from("be"));
    await log.write("stdout", Buffer.from("gun\nrest"));
    expect(log.tail).toMatchObject([{ text: "begun", time: "2026-01-01T00:00:01.000Z" }]);
    await log.end();
    expect(log.tail[1]).toMatchObject({ text: "rest", time: "2026-01-01T00:00:02.000Z" });
  });

  test("has 200,000 lines on file, complete and in order", async () => {
    await using directory = await logDirectory();
    const lines = Array.from({ length: 200_000 }, (_, index) => `line ${index} of a long log`);
    const log = await openStepLog({ path: directory.path, nonce: NONCE });
    const bytes = Buffer.concat([Buffer.from(`${lines.join("\n")}\n`), FRAME]);
    for (const chunk of chunks(bytes, [65_536, 1_000])) await log.write("stdout", chunk);
    await log.end();
    const read = (await collect(readLog(directory.path))).flatMap(linesOf);
    expect(read.length).toBe(lines.length);
    expect(read.findIndex(({ text }, index) => text !== lines[index])).toBe(-1);
  });

  test("takes a line of 20 MB in records of at most 64 KiB, and asks its writer to wait for the disk", async () => {
    await using directory = await logDirectory();
    const line = Buffer.alloc(20 * 1024 * 1024, "Zeile für Zeile ");
    let largest = 0;
    let waits = 0;
    const log = await openStepLog({
      path: directory.path,
      onRecord: (record) => {
        largest = Math.max(largest, recordBytes(record).length);
      },
    });
    for (const chunk of chunks(line, [100_000])) {
      const wait = log.write("stdout", chunk);
      if (wait) waits++;
      await wait;
    }
    await log.end();
    expect(largest).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(largest).toBeGreaterThan(MAX_RECORD_BYTES - 4);
    expect(waits).toBeGreaterThan(0);
    expect((await logBytes(readLog(directory.path))).stdout.equals(line)).toBe(true);
  });

  test("has the last 20 lines at hand, and of long ones no more than 64 Ki characters", async () => {
    await using directory = await logDirectory();
    await using log = await openStepLog({ path: directory.path });
    for (let index = 0; index < 30; index++) await log.write("stdout", Buffer.from(`${index}\n`));
    expect(log.tail.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index + 10}`),
    );
    for (let index = 0; index < 5; index++) await log.write("stdout", Buffer.from(`${"x".repeat(30_000)}\n`));
    expect(log.tail.map(({ text }) => text?.length)).toEqual([30_000, 30_000]);
    await log.write("stdout", Buffer.alloc(MAX_RECORD_BYTES + 1, 0xff));
    expect(log.tail.length).toBe(1);
  });

  test("has the last lines at hand also where they came with many others, or in several records", async () => {
    await using directory = await logDirectory();
    await using log = await openStepLog({ path: directory.path });
    const all = Array.from({ length: 500 }, (_, index) => `${index}`);
    for (const share of [all.slice(0, 480), all.slice(480, 490), all.slice(490)])
      await log.write("stdout", Buffer.from(share.map((line) => `${line}\n`).join("")));
    expect(log.tail.map(({ text }) => text)).toEqual(all.slice(-20));
    await log.write("stderr", Buffer.from("\n".repeat(30)));
    expect(log.tail.map(({ stream, text }) => [stream, text])).toEqual(Array(20).fill(["stderr", ""]));
  });

  test("tells a listener that falls behind in the middle of a record each line once", async () => {
    await using directory = await logDirectory();
    const lines = Array.from({ length: 30_000 }, (_, index) => `${index} ${"x".repeat(90)}`);
    const heard: (string | undefined)[] = [];
    const log = await openStepLog({
      path: directory.path,
      onRecord: ({ text }) => {
        heard.push(text);
        return heard.length % 700 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
      },
    });
    for (const chunk of chunks(Buffer.from(`${lines.join("\n")}\n`), [32_000]))
      await log.write("stdout", chunk);
    await log.end();
    expect(heard.length).toBe(lines.length);
    expect(heard.findIndex((text, index) => text !== lines[index])).toBe(-1);
  });

  test("never makes its writer wait for a listener, and tells one that stands still everything from the file", async () => {
    await using directory = await logDirectory();
    const standing = Promise.withResolvers<void>();
    const heard: LogRecord[] = [];
    const log = await openStepLog({
      path: directory.path,
      nonce: NONCE,
      onRecord: async (record) => {
        await standing.promise;
        heard.push(record);
      },
    });
    let frame = false;
    void log.frame.then(() => {
      frame = true;
    });
    const line = "x".repeat(99);
    for (let count = 0; count < 40_000; count += 1)
      await log.write("stdout", Buffer.from(`${count} ${line}\n`));
    await log.write("stdout", FRAME);
    const ended = log.end();
    await collect(readLog(directory.path));
    expect({ heard: heard.length, frame }).toEqual({ heard: 0, frame: false });
    standing.resolve();
    await ended;
    expect(await log.frame).toBe(SHA256);
    expect(heard).toHaveLength(40_000);
    expect(heard).toEqual((await collect(readLog(directory.path))).flatMap(linesOf));
  });

  test("tells of the frame when the listener was told what came before it", async () => {
    await using directory = await logDirectory();
    const standing = Promise.withResolvers<void>();
    const order: string[] = [];
    await using log = await openStepLog({
      path: directory.path,
      nonce: NONCE,
      onRecord: async ({ text = "" }) => {
        await standing.promise;
        order.push(text);
      },
    });
    const frame = log.frame.then(() => order.push("frame"));
    await log.write("stdout", Buffer.concat([Buffer.from("a\nb\n"), FRAME]));
    standing.resolve();
    await frame;
    expect(order).toEqual(["a", "b", "frame"]);
  });

  test.each([
    ["at once", () => Promise.resolve()],
    ["late", () => new Promise<void>((resolve) => setImmediate(resolve))],
  ])("keeps every line on file where the listener fails %s, and tells who ends it", async (_, delay) => {
    await using directory = await logDirectory();
    const log = await openStepLog({
      path: directory.path,
      onRecord: async () => {
        await delay();
        throw new Error("terminal gone");
      },
    });
    await log.write("stdout", Buffer.from("a\nb\n"));
    await expect(log.end()).rejects.toThrow("terminal gone");
    expect((await logBytes(readLog(directory.path))).stdout.toString()).toBe("a\nb\n");
  });

  test("ends once, however often it is asked", async () => {
    await using directory = await logDirectory();
    {
      await using log = await openStepLog({ path: directory.path });
      await log.write("stdout", Buffer.from("tail"));
      await Promise.all([log.end(), log.end()]);
    }
    expect((await collect(readLog(directory.path))).map(({ text }) => text)).toEqual(["tail"]);
  });
});

describe.skipIf(!existsSync("/dev/full"))("the log of a step on a full disk", () => {
  test("still tells of the frame, and rejects the end", async () => {
    const log = await openStepLog({ path: "/dev/full", nonce: NONCE });
    await log.write("stdout", Buffer.concat([Buffer.from("a\n"), FRAME]));
    expect(await log.frame).toBe(SHA256);
    await expect(log.end()).rejects.toThrow(LogWriteError);
  });

  test("throws the one error where writing fails inside the block that disposes it", async () => {
    const block = async () => {
      await using log = await openStepLog({ path: "/dev/full" });
      await log.write("stdout", Buffer.alloc(5_000_000, "x"));
      await log.write("stdout", Buffer.alloc(5_000_000, "x"));
    };
    await expect(block()).rejects.toThrow(LogWriteError);
  });

  test("throws on disposal what nobody was told", async () => {
    const block = async () => {
      await using log = await openStepLog({ path: "/dev/full" });
      await log.write("stdout", Buffer.from("a\n"));
    };
    await expect(block()).rejects.toThrow(LogWriteError);
  });
});
