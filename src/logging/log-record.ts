import { isUtf8 } from "node:buffer";
import * as z from "zod/mini";

/** The longest piece of a line that one record holds, in bytes. */
export const MAX_PIECE_BYTES = 64 * 1024;

const logStream = z.enum(["stdout", "stderr"]);

/** One line, or a piece of one, that a step printed: a line of `log.ndjson`. */
export const logRecord = z
  .strictObject({
    /** When it reached the host, ISO 8601 in UTC. */
    time: z.iso.datetime(),
    stream: logStream,
    /** The bytes where they are valid UTF-8, without the newline; a carriage return stays. */
    text: z.exactOptional(z.string()),
    /** The bytes where they are not, in base64. */
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

/** The record of a piece of output; `partial` where no newline follows it. */
export function toLogRecord(stream: LogStream, piece: Buffer, partial: boolean, time: string): LogRecord {
  const content = isUtf8(piece) ? { text: piece.toString("utf8") } : { bytes: piece.toString("base64") };
  return partial ? { time, stream, ...content, partial } : { time, stream, ...content };
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
