import type { Automaton } from "./automaton.ts";

const MASK = Buffer.from("***");

/** Bytes that belong to what is masked, counted from the first byte that was not given out yet. */
interface Interval {
  from: number;
  to: number;
  /** Its mask was given out already. */
  readonly begun: boolean;
}

/**
 * Masks one stream of bytes. What comes out depends on the bytes alone, never on how they are cut into chunks, so that
 * the same stream read again is masked to the same bytes. Needles that overlap are one mask. Held back is only what may
 * be the beginning of a needle.
 */
export class StreamMasker {
  readonly #automaton: Automaton;
  #state = 0;
  #held: Buffer = Buffer.alloc(0);
  #intervals: Interval[] = [];

  constructor(automaton: Automaton) {
    this.#automaton = automaton;
  }

  /** What is certain by now. It may share memory with the chunk. */
  push(chunk: Buffer): Buffer {
    this.#read(chunk);
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return this.#give(data, data.length - this.#automaton.depth(this.#state));
  }

  /** What was held back. */
  end(): Buffer {
    this.#state = 0;
    return this.#give(this.#held, this.#held.length);
  }

  #read(chunk: Buffer): void {
    const automaton = this.#automaton;
    const { tables } = automaton;
    const [before, length] = [this.#held.length, chunk.length];
    let state = this.#state;
    for (let at = 0; at < length; at++) {
      const byte = chunk[at] as number;
      const table = tables[state];
      state = table ? (table[byte] as number) : automaton.next(state, byte);
      if (state === 0) continue;
      const found = automaton.longest(state);
      if (found > 0) this.#found(before + at + 1 - found, before + at + 1);
    }
    this.#state = state;
  }

  #found(from: number, to: number): void {
    let merged: Interval = { from, to, begun: false };
    for (let last = this.#intervals.at(-1); last && last.to > merged.from; last = this.#intervals.at(-1)) {
      merged = { from: Math.min(last.from, merged.from), to, begun: last.begun || merged.begun };
      this.#intervals.pop();
    }
    this.#intervals.push(merged);
  }

  /** Gives out what is before `end`, and holds the rest. */
  #give(data: Buffer, end: number): Buffer {
    if (this.#intervals.length === 0 && end === data.length) {
      this.#held = Buffer.alloc(0);
      return data;
    }
    const parts: Buffer[] = [];
    let at = 0;
    for (const { from, to, begun } of this.#intervals) {
      if (from >= end) break;
      parts.push(data.subarray(at, from), ...(begun ? [] : [MASK]));
      at = Math.min(to, end);
    }
    parts.push(data.subarray(at, end));
    this.#intervals = this.#intervals.filter(({ to }) => to > end).map((interval) => rest(interval, end));
    // A copy: a slice would keep the whole chunk alive.
    this.#held = Buffer.from(data.subarray(end));
    return Buffer.concat(parts);
  }
}

const rest = ({ from, to, begun }: Interval, end: number): Interval => ({
  from: Math.max(0, from - end),
  to: to - end,
  begun: begun || from < end,
});
