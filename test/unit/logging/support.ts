import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { LogRecord, LogStream } from "../../../src/logging/log-record.ts";

export const NONCE = "0123456789abcdef0123456789abcdef";
export const SHA256 = "ab".repeat(32);
export const FRAME = Buffer.from(`${NONCE} ${SHA256}\n`);
export const TIME = "2026-01-02T03:04:05.678Z";

const ANY_FRAME = new RegExp(`${NONCE} [0-9a-f]{64}\n`);

/** A directory of the test's own with the path of a log in it. */
export async function logDirectory() {
  const directory = await mkdtempDisposable(join(tmpdir(), "stepdock-log-"));
  return {
    path: join(directory.path, "log.ndjson"),
    [Symbol.asyncDispose]: () => directory.remove(),
  };
}

export const record = (text: string, stream: LogStream = "stdout"): LogRecord => ({
  time: TIME,
  stream,
  text,
});

/** `bytes` in portions of these sizes, over and over. */
export function* chunks(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

export const arbitrarySizes = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 8 });

/** Bytes as steps print them, and as nobody should: text, line ends, controls, broken UTF-8, beginnings of frames. */
export const arbitraryOutput = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text.toWellFormed())),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom("\n", "\r\n", "é", "𝄞", "\0", "50%\r").map((text) => Buffer.from(text)),
      fc.integer({ min: 0, max: FRAME.length - 1 }).map((length) => FRAME.subarray(0, length)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts))
  .filter((bytes) => !ANY_FRAME.test(bytes.toString("latin1")));

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
