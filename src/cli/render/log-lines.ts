import { recordText } from "../../logging/log-record.ts";
import { sanitizeForTerminal } from "../../logging/sanitize.ts";
import type { RunEvent } from "../../model/index.ts";
import { formatBytes } from "../../util/bytes.ts";

/** A record of a step's log, from a run's events or from its file. */
export type StepLine = Omit<Extract<RunEvent, { event: "step_log" }>, "event" | "time">;

/** What stands before each line of a step: `train | `. */
export type Prefix = (invocation: string) => string;

/**
 * Lines of several steps for a reader that keeps everything. A line that comes in pieces stays one line, unless another
 * comes between: then it goes on in a line with its own prefix.
 */
export class WholeLines {
  readonly #prefix: Prefix;
  /** Whose line has no newline yet. */
  #unfinished: string | undefined;

  constructor(prefix: Prefix) {
    this.#prefix = prefix;
  }

  log(line: StepLine): string {
    const key = keyOf(line);
    const start = this.#unfinished === key ? "" : `${this.finish()}${this.#prefix(line.invocation)}`;
    this.#unfinished = line.partial ? key : undefined;
    return `${start}${sanitizeForTerminal(recordText({ ...line, time: "" }))}${line.partial ? "" : "\n"}`;
  }

  /** A line of ours among them. */
  other(text: string): string {
    return `${this.finish()}${text}\n`;
  }

  /** Ends an unfinished line. */
  finish(): string {
    const end = this.#unfinished === undefined ? "" : "\n";
    this.#unfinished = undefined;
    return end;
  }
}

/** How much of one line a terminal is shown, in UTF-16 units. */
export const SHOWN_OF_LINE = 4096;

/**
 * Lines of several steps for a terminal with a table below them: each is whole, and of a very long one only the
 * beginning is shown, with how much is left out.
 */
export class CutLines {
  readonly #prefix: Prefix;
  /** Lines that go on: how much of each is shown, in UTF-16 units, and how much is not, in bytes. */
  readonly #open = new Map<string, { readonly invocation: string; shown: number; hidden: number }>();

  constructor(prefix: Prefix) {
    this.#prefix = prefix;
  }

  log(line: StepLine): string {
    const key = keyOf(line);
    const state = this.#open.get(key) ?? { invocation: line.invocation, shown: 0, hidden: 0 };
    const continued = this.#open.has(key);
    const text = recordText({ ...line, time: "" });
    const shown = beginning(text, SHOWN_OF_LINE - state.shown);
    state.shown += shown.length;
    state.hidden += Buffer.byteLength(text) - Buffer.byteLength(shown);
    this.#open.set(key, state);
    const visible = shown !== "" || !continued ? this.#line(line.invocation, sanitizeForTerminal(shown)) : "";
    return line.partial ? visible : visible + this.#end(key);
  }

  /** What is to be said of the lines of a step that will not go on. */
  finish(invocation?: string): string {
    const ending = [...this.#open].filter(
      ([, each]) => invocation === undefined || each.invocation === invocation,
    );
    return ending.map(([key]) => this.#end(key)).join("");
  }

  #end(key: string): string {
    const state = this.#open.get(key);
    this.#open.delete(key);
    if (!state?.hidden) return "";
    return this.#line(
      state.invocation,
      `… ${formatBytes(state.hidden)} of this line left out; the log has all`,
    );
  }

  #line(invocation: string, text: string): string {
    return `${this.#prefix(invocation)}${text}\n`;
  }
}

const keyOf = ({ invocation, stream }: StepLine): string => `${stream} ${invocation}`;

/** At most `length` units, and no half of a character. */
const beginning = (text: string, length: number): string => {
  const cut = text.slice(0, Math.max(0, length));
  return cut.length < text.length && /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
};
