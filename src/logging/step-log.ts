import { createFrameScanner, type FrameScanner } from "./frame-scanner.ts";
import { createLineSplitter } from "./line-splitter.ts";
import type { LogRecord, LogStream } from "./log-record.ts";
import { LogTail } from "./log-tail.ts";
import { type LogWriter, openLogWriter } from "./log-writer.ts";

export interface StepLogOptions {
  /** The attempt's `log.ndjson`; appended to. */
  readonly path: string;
  /** Of the result frame on stdout, 32 hex characters. Without it nothing is taken out. */
  readonly nonce?: string | undefined;
  /** Called with every record in order; a promise is back-pressure, a throw or rejection is the writer's of the bytes. */
  readonly onRecord?: ((record: LogRecord) => void | Promise<void>) | undefined;
  readonly now?: (() => Date) | undefined;
}

/**
 * Opens the log of one attempt of a step.
 *
 * @throws {LogWriteError} if the file cannot be opened
 */
export async function openStepLog(options: StepLogOptions): Promise<StepLog> {
  return new StepLog(await openLogWriter(options.path), options);
}

/** What becomes of all that a step prints: frame out, cut into lines, to the file, then to the listener. */
export class StepLog implements AsyncDisposable {
  /** The SHA-256 of result.json as soon as the frame is in; undefined if the output ended without one. Never rejects. */
  readonly frame: Promise<string | undefined>;
  readonly #frame = Promise.withResolvers<string | undefined>();
  readonly #scanner: FrameScanner | undefined;
  readonly #splitters = { stdout: createLineSplitter("stdout"), stderr: createLineSplitter("stderr") };
  readonly #writer: LogWriter;
  readonly #tail = new LogTail();
  readonly #onRecord: NonNullable<StepLogOptions["onRecord"]>;
  readonly #now: () => Date;
  #ending: Promise<void> | undefined;

  constructor(writer: LogWriter, { nonce, onRecord = () => {}, now = () => new Date() }: StepLogOptions) {
    this.#writer = writer;
    this.#onRecord = onRecord;
    this.#now = now;
    this.frame = this.#frame.promise;
    this.#scanner =
      nonce === undefined ? undefined : createFrameScanner({ nonce, onFrame: this.#frame.resolve });
  }

  /** The last records so far, for failure messages: at most 20. */
  get tail(): readonly LogRecord[] {
    return this.#tail.records;
  }

  /**
   * Takes bytes in any portions. A promise is back-pressure; it rejects with `LogWriteError` if the file failed, or
   * with what the listener threw.
   */
  write(stream: LogStream, chunk: Buffer): void | Promise<void> {
    const scanner = stream === "stdout" ? this.#scanner : undefined;
    return this.#publish(this.#split(stream, scanner ? scanner.push(chunk) : [chunk]));
  }

  /** Flushes unfinished lines, syncs and closes the file. Rejects with `LogWriteError` if the log is not whole. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Ends. A failure that a caller was told of is not thrown again, since it would only hide the first error. */
  async [Symbol.asyncDispose](): Promise<void> {
    const told = this.#ending ? await this.#ending.catch((error) => error) : this.#writer.toldFailure;
    await this.end().catch((error) => {
      if (error !== told) throw error;
    });
  }

  async #end(): Promise<void> {
    await using writer = this.#writer;
    const rest = this.#rest();
    this.#frame.resolve(undefined);
    await this.#publish(rest);
    await writer.close();
  }

  #split(stream: LogStream, parts: readonly Buffer[]): LogRecord[] {
    const time = this.#now().toISOString();
    return parts.flatMap((part) => this.#splitters[stream].push(part, time));
  }

  #rest(): LogRecord[] {
    const time = this.#now().toISOString();
    const { stdout, stderr } = this.#splitters;
    return [...this.#split("stdout", this.#scanner?.end() ?? []), ...stdout.end(time), ...stderr.end(time)];
  }

  /** The file first: a listener that fails must not cost a line. */
  #publish(records: readonly LogRecord[]): void | Promise<void> {
    if (records.length === 0) return;
    for (const record of records) this.#tail.add(record);
    const waits = [this.#writer.write(records), ...records.map(this.#tell)].filter(
      (wait) => wait !== undefined,
    );
    if (waits.length > 0) return Promise.all(waits).then(() => {});
  }

  readonly #tell = (record: LogRecord): void | Promise<void> => {
    try {
      return this.#onRecord(record);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
