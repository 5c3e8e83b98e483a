import { readLog } from "./log-reader.ts";
import { type LogRecord, linesOf } from "./log-record.ts";

/** What may wait for a listener in memory, in characters; above it the listener is told from the file. */
const MAX_WAITING_CHARACTERS = 1024 * 1024;

/** Told of one line, or one piece of a line, at a time. */
export type RecordListener = (record: LogRecord) => void | Promise<void>;

export interface ListenerFeedOptions {
  /** The log file, which has every record before, or soon after, it is pushed here. */
  readonly path: string;
  readonly listener: RecordListener;
  /** Records that were on file before the first one that is pushed. */
  readonly onFile: number;
}

/**
 * Tells a listener of every line, in order and once, and never holds up who writes them: an engine drops what a reader
 * that stands still has not taken some seconds after a container's end. A listener that keeps up is told at once. One
 * that falls behind is told from the log file, so that memory is bounded however slow it is.
 */
export class ListenerFeed {
  readonly #options: ListenerFeedOptions;
  readonly #closed = Promise.withResolvers<void>();
  readonly #waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  #waiting: LogRecord[] = [];
  #waitingCharacters = 0;
  #pushed = 0;
  #told = 0;
  #pump: Promise<void> | undefined;
  #fromFile = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ListenerFeedOptions) {
    this.#options = options;
  }

  push(records: readonly LogRecord[]): void {
    for (const record of records) this.#take(record);
  }

  /** Resolves when everything that was pushed so far has been told, or the listener has failed. */
  caughtUp(): Promise<void> {
    if (this.#told >= this.#pushed || this.#failure) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ count: this.#pushed, resolve }));
  }

  /** To be called once the file is closed: waits until all is told. Rejects with what the listener threw. */
  async end(): Promise<void> {
    this.#closed.resolve();
    await this.#pump;
    if (this.#failure) throw this.#failure.error;
  }

  #take(record: LogRecord): void {
    this.#pushed += 1;
    if (this.#failure || this.#fromFile) return;
    if (this.#pump) {
      this.#wait(record);
      return;
    }
    const wait = this.#tell(record);
    if (wait) this.#pump = this.#work(wait);
  }

  #wait(record: LogRecord): void {
    this.#waiting.push(record);
    this.#waitingCharacters += sizeOf(record);
    if (this.#waitingCharacters <= MAX_WAITING_CHARACTERS) return;
    this.#fromFile = true;
    this.#waiting = [];
  }

  async #work(first: Promise<void>): Promise<void> {
    await first;
    for (let record = this.#next(); record && !this.#failure; record = this.#next()) await this.#tell(record);
    // In the same tick as the check of the queue: a record in between would wait for nobody.
    if (this.#fromFile && !this.#failure) return await this.#workFromFile();
    this.#pump = undefined;
  }

  #next(): LogRecord | undefined {
    const record = this.#waiting.shift();
    if (record) this.#waitingCharacters -= sizeOf(record);
    return record;
  }

  /** Stays with the file until the log's end: a listener that fell behind once does so again. */
  async #workFromFile(): Promise<void> {
    let toSkip = this.#options.onFile + this.#told;
    try {
      for await (const record of readLog(this.#options.path, { until: () => this.#closed.promise })) {
        if (toSkip > 0) toSkip -= 1;
        else await this.#tell(record);
        if (this.#failure) return;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Undefined where the listener took all lines at once. A promise never rejects. */
  #tell(record: LogRecord): Promise<void> | undefined {
    // Leaving the loop does not end an array's iterator: the rest goes on where this was.
    const lines = linesOf(record).values();
    try {
      for (const line of lines) {
        const wait = this.#options.listener(line);
        if (wait) return this.#tellRest(wait, lines);
      }
      this.#hasTold();
    } catch (error) {
      this.#fail(error);
    }
    return undefined;
  }

  async #tellRest(first: Promise<void>, lines: Iterable<LogRecord>): Promise<void> {
    try {
      await first;
      for (const line of lines) {
        const wait = this.#options.listener(line);
        if (wait) await wait;
      }
      this.#hasTold();
    } catch (error) {
      this.#fail(error);
    }
  }

  #hasTold(): void {
    this.#told += 1;
    while ((this.#waiters[0]?.count ?? Number.POSITIVE_INFINITY) <= this.#told)
      this.#waiters.shift()?.resolve();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#waiting = [];
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }
}

/** An empty line takes room too. */
const sizeOf = ({ text, bytes }: LogRecord): number => (text ?? bytes ?? "").length + RECORD_CHARACTERS;

const RECORD_CHARACTERS = 128;
