import type { Masker } from "../util/masking/masker.ts";
import type { StreamMasker } from "../util/masking/stream-masker.ts";
import { createFrameScanner, type FrameScanner } from "./frame-scanner.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { ListenerFeed, type RecordListener } from "./listener-feed.ts";
import type { LogRecord, LogStream } from "./log-record.ts";
import { LogTail } from "./log-tail.ts";
import { type LogWriter, openLogWriter, openLogWriterLazily } from "./log-writer.ts";
import { type RecordedOutput, readRecordedOutput } from "./recorded-output.ts";
import { RecordedPrefix } from "./recorded-prefix.ts";

export interface StepLogOptions {
  /** The attempt's `log.ndjson`; appended to. */
  readonly path: string;
  /** Of the result frame on stdout, 32 hex characters. Without it nothing is taken out. */
  readonly nonce?: string | undefined;
  /** Masks what is recorded and told; the frame is found before. To adopt a log takes the values that it was begun with. */
  readonly masker?: Masker | undefined;
  /**
   * Called with every line, a record each, in order and once. A promise is waited for before the next call, but never holds up who
   * writes: a listener that falls behind is told from the file. What it throws, `end` rejects with.
   */
  readonly onRecord?: RecordListener | undefined;
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

/** The log of an attempt that may print nothing: its file, and the directory of that, are made when there is a line. */
export const openStepLogLazily = (options: StepLogOptions): StepLog =>
  new StepLog(openLogWriterLazily(options.path), options);

/**
 * Takes over the log of an attempt whose process died before it ended the log. Write each stream to it again from its
 * very beginning: the bytes that are on file, counted without the frame, are left out, and the next one is recorded
 * next, be it in the middle of a line. So the file ends as if nothing had happened, but for the times, and for the
 * border between two `partial` records. The frame is found again, though it may be on none of the records that
 * `onRecord` is called with, which are the new ones only; `tail` begins with what is on file. Bytes are counted as they
 * are masked; where those on file would be masked otherwise now, what follows is withheld. Lines from the first
 * damaged one on are removed from the file and recorded again. A log that does not exist is begun.
 *
 * @throws {LogWriteError} {@link LogReadError}
 */
export async function adoptStepLog(options: StepLogOptions): Promise<StepLog> {
  const writer = await openLogWriter(options.path);
  try {
    return new StepLog(writer, options, await readRecordedOutput(options.path));
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** What becomes of all that a step prints: frame out, cut into lines, to the file, then to the listener. */
export class StepLog implements AsyncDisposable {
  /**
   * The SHA-256 of result.json once the frame is in and the listener was told what came before it; undefined if the
   * output ended without one. Never rejects.
   */
  readonly frame: Promise<string | undefined>;
  readonly #frame = Promise.withResolvers<string | undefined>();
  readonly #scanner: FrameScanner | undefined;
  readonly #splitters = { stdout: createLineSplitter("stdout"), stderr: createLineSplitter("stderr") };
  readonly #writer: LogWriter;
  readonly #tail: LogTail;
  readonly #maskers: Readonly<Record<LogStream, StreamMasker>> | undefined;
  /** On file already, of what is still to come. */
  readonly #onFile: Readonly<Record<LogStream, RecordedPrefix>>;
  readonly #feed: ListenerFeed | undefined;
  readonly #now: () => Date;
  /** The frame, from the moment that it is in until what came before it was told. */
  #seen: string | undefined;
  #listenerFailure: { readonly error: unknown } | undefined;
  #ending: Promise<void> | undefined;

  constructor(
    writer: LogWriter,
    { path, nonce, masker, onRecord: listener, now = () => new Date() }: StepLogOptions,
    recorded?: RecordedOutput,
  ) {
    this.#writer = writer;
    this.#tail = recorded?.tail ?? new LogTail();
    this.#maskers = masker && { stdout: masker.stream(), stderr: masker.stream() };
    this.#onFile = { stdout: onFile("stdout", masker, recorded), stderr: onFile("stderr", masker, recorded) };
    this.#feed = listener && new ListenerFeed({ path, listener, onFile: recorded?.records ?? 0 });
    this.#now = now;
    this.frame = this.#frame.promise;
    const onFrame = (sha256: string) => {
      this.#seen = sha256;
    };
    this.#scanner = nonce === undefined ? undefined : createFrameScanner({ nonce, onFrame });
  }

  /** The last lines so far, for failure messages: at most 20. */
  get tail(): readonly LogRecord[] {
    return this.#tail.records;
  }

  /** Takes bytes in any portions. A promise is the file's back-pressure; it rejects with `LogWriteError`. */
  write(stream: LogStream, chunk: Buffer): void | Promise<void> {
    const scanner = stream === "stdout" ? this.#scanner : undefined;
    const parts = scanner ? scanner.push(chunk) : [chunk];
    const masker = this.#maskers?.[stream];
    const wait = this.#publish(this.#split(stream, masker ? parts.map((part) => masker.push(part)) : parts));
    this.#resolveFrame();
    return wait;
  }

  /** Resolves when the listener was told of everything that was written so far. Never rejects. */
  caughtUp(): Promise<void> {
    return this.#feed?.caughtUp() ?? Promise.resolve();
  }

  /**
   * Resolves when what was written so far is in the file, an unfinished line too: before an outcome is recorded, since
   * nobody reads the output of an attempt that has one again. What may be the beginning of a frame, of a masked value or
   * of a character still waits. Never rejects: `end` tells what went wrong.
   */
  async flushed(): Promise<void> {
    if (!this.#ending) await this.#publish(this.#unfinished())?.catch(() => {});
    await this.#writer.flush();
  }

  /**
   * Flushes unfinished lines, syncs and closes the file, and waits for the listener. Rejects with `LogWriteError` if the
   * log is not whole, else with what the listener threw.
   */
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
    this.#resolveFrame();
    if (this.#seen === undefined) this.#frame.resolve(undefined);
    try {
      await this.#publish(rest);
      await writer.close();
    } finally {
      // Also where the file failed: whoever waits for the listener must not wait for ever.
      await this.#feed?.end().catch((error) => {
        this.#listenerFailure = { error };
      });
    }
    if (this.#listenerFailure) throw this.#listenerFailure.error;
  }

  #resolveFrame(): void {
    const { resolve } = this.#frame;
    if (this.#seen !== undefined) void this.caughtUp().then(() => resolve(this.#seen));
  }

  #split(stream: LogStream, parts: readonly Buffer[]): LogRecord[] {
    const time = this.#now().toISOString();
    return parts.flatMap((part) => this.#splitters[stream].push(this.#onFile[stream].skip(part), time));
  }

  #unfinished(): LogRecord[] {
    const time = this.#now().toISOString();
    const { stdout, stderr } = this.#splitters;
    return [...stdout.flush(time), ...stderr.flush(time)];
  }

  #rest(): LogRecord[] {
    const time = this.#now().toISOString();
    const { stdout, stderr } = this.#splitters;
    const held = this.#scanner?.end() ?? [];
    return [
      ...this.#split("stdout", this.#lastOf("stdout", held)),
      ...this.#split("stderr", this.#lastOf("stderr", [])),
      ...[...stdout.end(time), ...stderr.end(time)],
    ];
  }

  /** The last parts of a stream, with what its masker held back. */
  #lastOf(stream: LogStream, parts: readonly Buffer[]): readonly Buffer[] {
    const masker = this.#maskers?.[stream];
    return masker ? [...parts.map((part) => masker.push(part)), masker.end()] : parts;
  }

  /** The file first: a listener that fails or stands still must not cost a line. */
  #publish(records: readonly LogRecord[]): void | Promise<void> {
    if (records.length === 0) return;
    for (const record of records) this.#tail.add(record);
    const wait = this.#writer.write(records);
    this.#feed?.push(records);
    return wait;
  }
}

const onFile = (stream: LogStream, masker: Masker | undefined, recorded: RecordedOutput | undefined) =>
  new RecordedPrefix({
    bytes: recorded?.bytes[stream] ?? 0,
    digest: masker && recorded?.digests[stream],
  });
