import { type LogRecord, type LogStream, recordBytes } from "./log-record.ts";

export type { LogWarning } from "./log-parser.ts";
export { readLog } from "./log-reader.ts";
export { openLogWriter } from "./log-writer.ts";

/** What a step printed on each stream, byte for byte, rebuilt from its records. Holds all of it in memory. */
export async function logBytes(
  records: Iterable<LogRecord> | AsyncIterable<LogRecord>,
): Promise<Record<LogStream, Buffer>> {
  const parts: Record<LogStream, Buffer[]> = { stdout: [], stderr: [] };
  for await (const record of records) parts[record.stream].push(recordBytes(record));
  return { stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) };
}
