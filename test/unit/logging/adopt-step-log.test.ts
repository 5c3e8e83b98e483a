import { open, readFile, truncate, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { logBytes, readLog } from "../../../src/logging/log-file.ts";
import type { LogRecord } from "../../../src/logging/log-record.ts";
import { adoptStepLog, openStepLog, type StepLog } from "../../../src/logging/step-log.ts";
import {
  arbitraryOutput,
  arbitrarySizes,
  chunks,
  collect,
  FRAME,
  logDirectory,
  NONCE,
  SHA256,
} from "./support.ts";

interface Printed {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Writes both streams from their beginning, cut into portions of these sizes, and ends the log. */
const writeAll = async (
  log: StepLog,
  { stdout, stderr }: Printed,
  sizes: readonly number[],
): Promise<void> => {
  const rest = { stdout: chunks(stdout, sizes), stderr: chunks(stderr, sizes.toReversed()) };
  for (;;) {
    const [out, err] = [rest.stdout.next(), rest.stderr.next()];
    if (!out.done) await log.write("stdout", out.value);
    if (!err.done) await log.write("stderr", err.value);
    if (out.done && err.done) break;
  }
  await log.end();
};

/** What a crash leaves: the file up to some byte. */
const cutOff = async (path: string, share: number): Promise<void> => {
  const { length } = await readFile(path);
  await truncate(path, Math.round(length * share));
};

/** Lines of more than a record holds, of characters of three bytes, so that pieces end where characters do. */
const longLine = fc
  .integer({ min: 20_000, max: 70_000 })
  .map((count) => Buffer.from(`${"€".repeat(count)}\n`));

const arbitraryPrinted = fc
  .array(fc.oneof({ weight: 4, arbitrary: arbitraryOutput }, { weight: 1, arbitrary: longLine }), {
    maxLength: 4,
  })
  .map((parts) => Buffer.concat(parts));

const share = fc.double({ min: 0, max: 1, noNaN: true });
const sizesOfAnyScale = fc.oneof(
  arbitrarySizes.map((sizes) => [...sizes, 30_000]),
  fc.constant([65_536]),
);

test("wherever crashes cut the file off, adoption ends with exactly the bytes of each stream, and the frame", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ stdout: arbitraryPrinted, stderr: arbitraryPrinted, after: arbitraryOutput }),
      fc.array(fc.tuple(share, sizesOfAnyScale), { minLength: 1, maxLength: 3 }),
      sizesOfAnyScale,
      async ({ stdout, stderr, after }, crashes, firstSizes) => {
        await using directory = await logDirectory();
        const { path } = directory;
        const printed = { stdout: Buffer.concat([stdout, FRAME, after]), stderr };
        await writeAll(await openStepLog({ path, nonce: NONCE }), printed, firstSizes);
        for (const [cut, sizes] of crashes) {
          await cutOff(path, cut);
          const log = await adoptStepLog({ path, nonce: NONCE });
          await writeAll(log, printed, sizes);
          expect(await log.frame).toBe(SHA256);
          const bytes = await logBytes(readLog(path));
          expect(bytes.stdout.equals(Buffer.concat([stdout, after]))).toBe(true);
          expect(bytes.stderr.equals(stderr)).toBe(true);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("a log that is adopted while nothing of it is missing is left as it is", async () => {
  await using directory = await logDirectory();
  const { path } = directory;
  const printed = { stdout: Buffer.from("a\nno newline"), stderr: Buffer.from("b\n") };
  await writeAll(await openStepLog({ path }), printed, [3]);
  const before = await readFile(path, "utf8");
  await writeAll(await adoptStepLog({ path }), printed, [5]);
  expect(await readFile(path, "utf8")).toBe(before);
});

test("a line whose beginning is on file goes on where that ends", async () => {
  await using directory = await logDirectory();
  const { path } = directory;
  const printed = { stdout: Buffer.from(`${"x".repeat(100_000)}end\n`), stderr: Buffer.alloc(0) };
  await writeAll(await openStepLog({ path }), printed, [65_536]);
  const [piece] = await collect(readLog(path));
  await writeFile(path, `${JSON.stringify(piece)}\n`);
  await writeAll(await adoptStepLog({ path }), printed, [65_536]);
  const records = await collect(readLog(path));
  expect(records.map(({ text, partial }) => [text?.length, partial])).toEqual([
    [65_536, true],
    [100_003 - 65_536, undefined],
  ]);
});

test("only new records are told, and the tail begins with what is on file", async () => {
  await using directory = await logDirectory();
  const { path } = directory;
  const first = await openStepLog({ path, nonce: NONCE });
  await first.write("stdout", Buffer.concat([Buffer.from("old\n"), FRAME]));
  await first.end();
  const told: LogRecord[] = [];
  await using log = await adoptStepLog({ path, nonce: NONCE, onRecord: (record) => void told.push(record) });
  expect(log.tail).toMatchObject([{ text: "old" }]);
  await log.write("stdout", Buffer.concat([Buffer.from("old\n"), FRAME, Buffer.from("new\n")]));
  expect(told).toMatchObject([{ text: "new" }]);
  expect(log.tail).toMatchObject([{ text: "old" }, { text: "new" }]);
  expect(await log.frame).toBe(SHA256);
});

test("what follows a damaged line is recorded again, so that the damaged one is not missed", async () => {
  await using directory = await logDirectory();
  const { path } = directory;
  const printed = { stdout: Buffer.from("one\ntwo\nthree\n"), stderr: Buffer.from("uno\n") };
  await writeAll(await openStepLog({ path }), printed, [4]);
  await using file = await open(path, "r+");
  const at = (await readFile(path, "utf8")).indexOf("two");
  await file.write(Buffer.alloc(3), 0, 3, at);
  await writeAll(await adoptStepLog({ path }), printed, [4]);
  expect(await logBytes(readLog(path))).toEqual(printed);
});

test("a log that does not exist is begun", async () => {
  await using directory = await logDirectory();
  const { path } = directory;
  const printed = { stdout: Buffer.from("a\n"), stderr: Buffer.from("b") };
  await writeAll(await adoptStepLog({ path }), printed, [1]);
  expect(await logBytes(readLog(path))).toEqual(printed);
});
