import { isUtf8 } from "node:buffer";
import * as z from "zod/mini";

/** The most that one record holds, in bytes, without its last newline. */
export const MAX_RECORD_BYTES = 64 * 1024;

const logStream = z.enum(["stdout", "stderr"]);

/**
 * Lines that a step printed together, or a piece of one: a line of `log.ndjson`. What came in one burst is one record,
 * since a record for each line costs a third more room and many times the work; see `linesOf`.
 */
export const logRecord = z
  .strictObject({
    /** When it reached the host, ISO 8601 in UTC. */
    time: z.iso.datetime(),
    stream: logStream,
    /** The bytes where they are valid UTF-8, without the newline of the last line; a carriage return stays. */
    text: z.exactOptional(z.string()),
    /** The bytes of a single line where they are not, in base64. */
    bytes: z.exactOptional(z.base64()),
    /**
     * No newline follows these bytes: the line goes on in the stream's next record, or, if there is none, the stream
     * ended without one.
     */
    partial: z.exactOptional(z.literal(true)),
  })
  .check(z.refine((record) => (record.text === undefined) !== (record.bytes === undefined)));

export type LogStream = z.infer<typeof logStream>;
export type LogRecord = z.infer<typeof logRecord>;

/** The records of some lines, which end at a newline that is left out, or of a piece of a line, which is `partial`. */
export function toLogRecords(stream: LogStream, output: Buffer, partial: boolean, time: string): LogRecord[] {
  if (isUtf8(output)) return [recordOf({ time, stream, text: output.toString("utf8") }, partial)];
  return [...cutAtNewlines(output)].map((line) => recordOf({ time, stream, ...contentOf(line) }, partial));
}

const recordOf = (record: LogRecord, partial: boolean): LogRecord =>
  partial ? { ...record, partial } : record;

const contentOf = (line: Buffer) =>
  isUtf8(line) ? { text: line.toString("utf8") } : { bytes: line.toString("base64") };

/** What is between the newlines of `bytes`: one part more than there are newlines. */
export function* cutAtNewlines(bytes: Buffer): Generator<Buffer, void> {
  let from = 0;
  for (let to = bytes.indexOf("\n"); to >= 0; to = bytes.indexOf("\n", from)) {
    yield bytes.subarray(from, to);
    from = to + 1;
  }
  yield bytes.subarray(from);
}

/** A record for each line of this one, which is how listeners and readers are told of them. */
export function linesOf(record: LogRecord): readonly LogRecord[] {
  const { time, stream, text, partial } = record;
  if (partial || !text?.includes("\n")) return [record];
  return text.split("\n").map((line) => ({ time, stream, text: line }));
}

/** What the step printed, exactly, with the newline if there was one. */
export function recordBytes({ text, bytes, partial }: LogRecord): Buffer {
  const content = text === undefined ? Buffer.from(bytes ?? "", "base64") : Buffer.from(text, "utf8");
  return partial ? content : Buffer.concat([content, NEWLINE]);
}

/** For reading, not for rebuilding: what is not UTF-8 shows as U+FFFD. */
export const recordText = ({ text, bytes }: LogRecord): string =>
  text ?? Buffer.from(bytes ?? "", "base64").toString("utf8");

const NEWLINE = Buffer.from("\n");
