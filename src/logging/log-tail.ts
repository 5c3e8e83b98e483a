import { type LogRecord, MAX_PIECE_BYTES } from "./log-record.ts";

const TAIL_RECORDS = 20;
/** In characters of text or base64. */
const TAIL_CHARACTERS = MAX_PIECE_BYTES;

const size = ({ text, bytes }: LogRecord): number => (text ?? bytes ?? "").length;

/** The end of a log, for failure messages: 20 records at most, and no more than 64 Ki characters or a single record. */
export class LogTail {
  readonly #records: LogRecord[] = [];
  #characters = 0;

  get records(): readonly LogRecord[] {
    return [...this.#records];
  }

  add(record: LogRecord): void {
    this.#records.push(record);
    this.#characters += size(record);
    while (this.#isTooLong()) this.#dropFirst();
  }

  #isTooLong(): boolean {
    const { length } = this.#records;
    return length > TAIL_RECORDS || (length > 1 && this.#characters > TAIL_CHARACTERS);
  }

  #dropFirst(): void {
    const first = this.#records.shift();
    if (first) this.#characters -= size(first);
  }
}
