import { createHash } from "node:crypto";
import { truncate } from "node:fs/promises";
import { LogWriteError } from "./errors.ts";
import type { LogWarning } from "./log-parser.ts";
import { readLog } from "./log-reader.ts";
import { type LogStream, recordBytes } from "./log-record.ts";
import { LogTail } from "./log-tail.ts";

/** What a log file holds of a step's output. */
export interface RecordedOutput {
  /** Of each stream, how many of its first bytes are on file: the sum of `recordBytes` of its records. */
  readonly bytes: Readonly<Record<LogStream, number>>;
  /** SHA-256 in hex of these bytes of each stream. */
  readonly digests: Readonly<Record<LogStream, string>>;
  readonly records: number;
  readonly tail: LogTail;
}

interface Scan extends RecordedOutput {
  /** Where the first line starts that is no record, in bytes. */
  readonly damage: number | undefined;
}

/**
 * Counts what an earlier process recorded. Where a line is damaged, the file is cut off before it: what is on file is
 * then the beginning of each stream, without a gap, and the rest can be had again.
 *
 * @throws {LogReadError} {@link LogWriteError}
 */
export async function readRecordedOutput(path: string): Promise<RecordedOutput> {
  const scan = await scanLog(path);
  if (scan.damage === undefined) return scan;
  await truncate(path, scan.damage).catch((cause) => Promise.reject(new LogWriteError(path, cause)));
  return scanLog(path);
}

async function scanLog(path: string): Promise<Scan> {
  const bytes: Record<LogStream, number> = { stdout: 0, stderr: 0 };
  const hashes = { stdout: createHash("sha256"), stderr: createHash("sha256") };
  const tail = new LogTail();
  let records = 0;
  const warnings: LogWarning[] = [];
  for await (const record of readLog(path, { onWarning: (warning) => void warnings.push(warning) })) {
    const content = recordBytes(record);
    bytes[record.stream] += content.length;
    hashes[record.stream].update(content);
    tail.add(record);
    records += 1;
  }
  const digests = { stdout: hashes.stdout.digest("hex"), stderr: hashes.stderr.digest("hex") };
  return { bytes, digests, records, tail, damage: warnings[0]?.offset };
}
