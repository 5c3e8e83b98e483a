import { isUtf8 } from "node:buffer";
import { LineCutter } from "./line-cutter.ts";
import { cutAtNewlines, type LogRecord, logRecord, MAX_RECORD_BYTES } from "./log-record.ts";

/** A line of a log file that is not a record. */
export interface LogWarning {
  /** `truncated`: the file ends in the middle of it. `damaged`: anything else. */
  readonly kind: "truncated" | "damaged";
  readonly path: string;
  /** Where the line starts in the file, in bytes. */
  readonly offset: number;
  readonly message: string;
}

/** JSON spells a control character with six bytes; the rest of a record is short. */
const MAX_LINE_BYTES = 6 * MAX_RECORD_BYTES + 1024;

/** Parses the NDJSON of a log file from byte `start` on, which is the start of a line. */
export class LogParser {
  readonly #path: string;
  readonly #onWarning: (warning: LogWarning) => void;
  readonly #cutter = new LineCutter(MAX_LINE_BYTES, (lines, partial) => this.#take(lines, partial));
  #records: LogRecord[] = [];
  #offset: number;
  #received: number;
  #overlong = 0;

  constructor(path: string, start: number, onWarning: (warning: LogWarning) => void) {
    this.#path = path;
    this.#onWarning = onWarning;
    this.#offset = start;
    this.#received = start;
  }

  /** Where in the file the first line starts that is not finished, in bytes. */
  get offset(): number {
    return this.#offset;
  }

  push(block: Buffer): LogRecord[] {
    this.#records = [];
    this.#received += block.length;
    this.#cutter.push(block);
    return this.#records;
  }

  /** Warns of an unfinished line. */
  end(): void {
    if (this.#received > this.#offset) this.#warn("truncated", "the last line is not complete");
  }

  /** No record is longer than the cutter's limit, so a line in pieces is damaged, whatever it holds. */
  #take(lines: Buffer, partial: boolean): void {
    if (partial) this.#overlong += lines.length;
    else
      for (const line of cutAtNewlines(lines)) {
        this.#takeLine(line, this.#overlong === 0 ? parseRecord(line) : undefined);
      }
  }

  #takeLine(end: Buffer, record: LogRecord | undefined): void {
    if (record) this.#records.push(record);
    else this.#warn("damaged", "this line is not a log record");
    this.#offset += this.#overlong + end.length + 1;
    this.#overlong = 0;
  }

  #warn(kind: LogWarning["kind"], what: string): void {
    const path = this.#path;
    const offset = this.#offset;
    const message = `The log ${path} is ${kind} at byte ${offset}: ${what}; it was left out.`;
    this.#onWarning({ kind, path, offset, message });
  }
}

function parseRecord(line: Buffer): LogRecord | undefined {
  if (!isUtf8(line)) return undefined;
  try {
    return logRecord.parse(JSON.parse(line.toString("utf8")));
  } catch {
    return undefined;
  }
}
