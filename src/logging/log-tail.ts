import { type LogRecord, linesOf, MAX_RECORD_BYTES } from "./log-record.ts";

const TAIL_LINES = 20;
/** In characters of text or base64. */
const TAIL_CHARACTERS = MAX_RECORD_BYTES;

interface Kept {
  readonly record: LogRecord;
  readonly characters: number;
  /** Up to `TAIL_LINES`. */
  readonly lines: number;
}

/** The end of a log, for failure messages: 20 lines at most, and no more than 64 Ki characters or a single line. */
export class LogTail {
  readonly #kept: Kept[] = [];
  #characters = 0;
  #lines = 0;

  /** A record for each line, or piece of a line. */
  get records(): readonly LogRecord[] {
    const lines = this.#kept.flatMap(({ record }) => linesOf(record)).slice(-TAIL_LINES);
    let characters = lines.reduce((sum, line) => sum + size(line), 0);
    while (lines.length > 1 && characters > TAIL_CHARACTERS) {
      const first = lines.shift();
      if (first) characters -= size(first);
    }
    return lines;
  }

  add(record: LogRecord): void {
    this.#count({ record, characters: size(record), lines: countLines(record) }, 1);
    for (let [first] = this.#kept; first && this.#hasEnoughWithout(first); [first] = this.#kept) {
      this.#count(first, -1);
    }
  }

  #count(kept: Kept, sign: 1 | -1): void {
    if (sign > 0) this.#kept.push(kept);
    else this.#kept.shift();
    this.#characters += sign * kept.characters;
    this.#lines += sign * kept.lines;
  }

  #hasEnoughWithout({ characters, lines }: Kept): boolean {
    return this.#lines - lines >= TAIL_LINES || this.#characters - characters >= TAIL_CHARACTERS;
  }
}

const size = ({ text, bytes }: LogRecord): number => (text ?? bytes ?? "").length;

/** From the end, so that it takes no longer the more lines there are. */
const countLines = ({ text = "" }: LogRecord): number => {
  let lines = 1;
  for (let at = text.lastIndexOf("\n"); at >= 0 && lines < TAIL_LINES; at = text.lastIndexOf("\n", at - 1)) {
    lines += 1;
    if (at === 0) break;
  }
  return lines;
};
