import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineCutter } from "../../../src/logging/line-cutter.ts";
import { createLineSplitter } from "../../../src/logging/line-splitter.ts";
import { logBytes } from "../../../src/logging/log-file.ts";
import { type LogRecord, linesOf, logRecord, MAX_RECORD_BYTES } from "../../../src/logging/log-record.ts";
import { arbitraryOutput, arbitrarySizes, chunks, TIME } from "./support.ts";

function split(bytes: Buffer, sizes: readonly number[]): LogRecord[] {
  const splitter = createLineSplitter("stdout");
  const records = [...chunks(bytes, sizes)].flatMap((chunk) => splitter.push(chunk, TIME));
  return [...records, ...splitter.end(TIME)];
}

const contents = (records: readonly LogRecord[]) =>
  records
    .flatMap(linesOf)
    .map(({ text, bytes, partial }) => ({ content: text ?? bytes, partial: partial ?? false }));

function cut(bytes: Buffer, sizes: readonly number[], limit: number) {
  const pieces: { piece: Buffer; partial: boolean }[] = [];
  const cutter = new LineCutter(limit, (piece, partial) =>
    pieces.push({ piece: Buffer.from(piece), partial }),
  );
  for (const chunk of chunks(bytes, sizes)) cutter.push(chunk);
  cutter.end();
  return pieces;
}

describe("the line splitter", () => {
  test("makes records from which the exact bytes are rebuilt, whatever they are", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOutput, arbitrarySizes, async (bytes, sizes) => {
        const records = split(bytes, sizes).map((record) =>
          logRecord.parse(JSON.parse(JSON.stringify(record))),
        );
        expect((await logBytes(records)).stdout.equals(bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("makes the same lines however the output is chunked", () => {
    fc.assert(
      fc.property(arbitraryOutput, arbitrarySizes, (bytes, sizes) => {
        const whole = split(bytes, [bytes.length + 1]);
        expect(split(bytes, sizes).flatMap(linesOf)).toEqual(whole.flatMap(linesOf));
      }),
    );
  });

  test("keeps carriage returns, empty lines, control characters and a byte order mark in the text", () => {
    expect(contents(split(Buffer.from("\ufeffa\r\n\n\0\u001b[1m\n"), [2]))).toEqual([
      { content: "\ufeffa\r", partial: false },
      { content: "", partial: false },
      { content: "\0\u001b[1m", partial: false },
    ]);
  });

  test("marks a last line without newline as partial", () => {
    expect(contents(split(Buffer.from("one\ntwo"), [100]))).toEqual([
      { content: "one", partial: false },
      { content: "two", partial: true },
    ]);
  });

  test("gives out a line when its newline comes, and an unfinished one only at the end", () => {
    const splitter = createLineSplitter("stderr");
    expect(splitter.push(Buffer.from("Password: "), TIME)).toEqual([]);
    expect(contents(splitter.push(Buffer.from("\nnext"), TIME))).toEqual([
      { content: "Password: ", partial: false },
    ]);
    expect(splitter.end(TIME)).toEqual([{ time: TIME, stream: "stderr", text: "next", partial: true }]);
  });

  test("carries a line that is not UTF-8 as base64, and its neighbours as text", () => {
    const bytes = Buffer.concat([Buffer.from("ä\n"), Buffer.from([0x61, 0xff, 0x0a]), Buffer.from("z\n")]);
    expect(split(bytes, [1])).toEqual([
      { time: TIME, stream: "stdout", text: "ä" },
      { time: TIME, stream: "stdout", bytes: "Yf8=" },
      { time: TIME, stream: "stdout", text: "z" },
    ]);
  });

  test("makes one record of the lines that came together, with the beginning of the first", () => {
    const splitter = createLineSplitter("stdout");
    expect(splitter.push(Buffer.from("a\nb\nbe"), TIME)).toEqual([
      { time: TIME, stream: "stdout", text: "a\nb" },
    ]);
    expect(splitter.push(Buffer.from("gun\n\nrest"), TIME)).toEqual([
      { time: TIME, stream: "stdout", text: "begun\n" },
    ]);
  });

  test("puts no more than 64 KiB of lines into a record, and never half of one that would fit into the next", () => {
    const lines = Buffer.from(`${"x".repeat(999)}\n`.repeat(200));
    for (const size of [lines.length, 70_000, 1_500]) {
      const records = split(lines, [size]);
      expect(records.every(({ text = "", partial }) => text.length <= MAX_RECORD_BYTES && !partial)).toBe(
        true,
      );
      expect(records.flatMap(linesOf).map(({ text }) => text?.length)).toEqual(Array(200).fill(999));
    }
    expect(split(lines, [lines.length]).map(({ text }) => text?.length)).toEqual([
      64_999, 64_999, 64_999, 4_999,
    ]);
  });

  test("cuts a long line into pieces of at most 64 KiB, the last of them not partial", () => {
    const records = split(Buffer.from(`${"x".repeat(MAX_RECORD_BYTES * 2 + 1)}\n`), [10_000]);
    expect(records.map(({ text, partial }) => [text?.length, partial])).toEqual([
      [MAX_RECORD_BYTES, true],
      [MAX_RECORD_BYTES, true],
      [1, undefined],
    ]);
  });

  test("leaves a line of exactly 64 KiB whole, also where its newline comes in the next chunk", () => {
    const line = Buffer.from(`${"x".repeat(MAX_RECORD_BYTES)}\n`);
    for (const size of [MAX_RECORD_BYTES, line.length]) {
      expect(split(line, [size]).map(({ text, partial }) => [text?.length, partial])).toEqual([
        [MAX_RECORD_BYTES, undefined],
      ]);
    }
  });

  test("has text for every piece of a long line that is UTF-8, wherever its characters lie", () => {
    for (const shift of [0, 1, 2, 3]) {
      const line = Buffer.from(`${"x".repeat(shift)}${"𝄞".repeat(MAX_RECORD_BYTES)}é`);
      const records = split(line, [9_999]);
      expect(records.length).toBeGreaterThan(4);
      expect(records.every(({ text }) => text !== undefined)).toBe(true);
    }
  });
});

describe("the line cutter", () => {
  test("keeps to its limit, loses no byte, and never cuts inside a character of UTF-8", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "€", "𝄞", "\n"), maxLength: 200 });
    fc.assert(
      fc.property(text, arbitrarySizes, fc.integer({ min: 4, max: 20 }), (line, sizes, limit) => {
        const pieces = cut(Buffer.from(line), sizes, limit);
        const rebuilt = pieces.map(({ piece, partial }) => `${piece}${partial ? "" : "\n"}`).join("");
        expect(rebuilt).toBe(line);
        expect(pieces.every(({ piece }) => piece.length <= limit && isUtf8(piece))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("keeps to its limit and loses no byte where the bytes are no UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), arbitrarySizes, (bytes, sizes) => {
        const pieces = cut(Buffer.from(bytes), sizes, 5);
        const ends = pieces.flatMap(({ piece, partial }) => [piece, Buffer.from(partial ? "" : "\n")]);
        expect(Buffer.concat(ends).equals(Buffer.from(bytes))).toBe(true);
        expect(pieces.every(({ piece }) => piece.length <= 5)).toBe(true);
      }),
    );
  });
});
