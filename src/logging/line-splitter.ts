import { LineCutter } from "./line-cutter.ts";
import { type LogRecord, type LogStream, MAX_RECORD_BYTES, toLogRecords } from "./log-record.ts";

export interface LineSplitter {
  /** The records that this chunk completes; `time` (ISO 8601) is theirs. */
  push(chunk: Buffer, time: string): LogRecord[];
  /** What there is of a line without a newline yet, but for a character that is cut off at its end. */
  flush(time: string): LogRecord[];
  /** The last line, if it has no newline. */
  end(time: string): LogRecord[];
}

/**
 * Turns the bytes of one stream, cut anywhere, into records: one of all lines that a chunk completes, up to 64 KiB of
 * them, but one for each line where some byte is no UTF-8. A line of more than 64 KiB becomes several, all but the last
 * `partial`; a final line without newline is `partial` too. So the stream is, byte for byte, its records' contents one
 * after the other, each followed by a newline unless it is `partial`.
 *
 * A line without a newline yet (a prompt) waits here until it ends, outgrows 64 KiB, or is asked for.
 */
export function createLineSplitter(stream: LogStream): LineSplitter {
  let records: LogRecord[] = [];
  let now = "";
  const cutter = new LineCutter(MAX_RECORD_BYTES, (output, partial) => {
    records.push(...toLogRecords(stream, output, partial, now));
  });
  const collect = (cut: () => void, time: string): LogRecord[] => {
    records = [];
    now = time;
    cut();
    return records;
  };
  return {
    push: (chunk, time) => collect(() => cutter.push(chunk), time),
    flush: (time) => collect(() => cutter.flush(), time),
    end: (time) => collect(() => cutter.end(), time),
  };
}
