import { type FileHandle, open } from "node:fs/promises";
import { errno, LogReadError } from "./errors.ts";
import { FileChanges } from "./file-changes.ts";
import { LogParser, type LogWarning } from "./log-parser.ts";
import type { LogRecord } from "./log-record.ts";

export interface ReadLogOptions {
  /** Given, the file is followed, also before it exists, until this settles and every record is read. */
  readonly until?: (() => Promise<unknown>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of lines that are damaged, and left out. By default they become process warnings. */
  readonly onWarning?: ((warning: LogWarning) => void) | undefined;
}

const BLOCK_BYTES = 256 * 1024;

/**
 * The records of a log file, in order. A last line that a crash cut off, and any other damaged line, is left out with a
 * warning that names the path and the byte offset.
 *
 * @throws {LogReadError} if the file cannot be read; the signal's reason; what `until` rejects with, after the last record
 */
export async function* readLog(path: string, options: ReadLogOptions = {}): AsyncGenerator<LogRecord, void> {
  const { until, signal, onWarning = emitWarning } = options;
  signal?.throwIfAborted();
  using changes = until ? new FileChanges(path, until()) : undefined;
  await using log = new LogSource(path, onWarning);
  for (;;) {
    // Asked before the file is read: what was appended up to now is then certain to be seen.
    const last = changes?.over ?? true;
    yield* log.read(last, signal);
    if (last) break;
    await changes?.next(signal);
  }
  await changes?.outcome;
}

const emitWarning = (warning: LogWarning): void => process.emitWarning(warning.message, "StepdockLogWarning");

/** An open log file and how far it is read. */
class LogSource implements AsyncDisposable {
  readonly #path: string;
  readonly #onWarning: (warning: LogWarning) => void;
  #file: FileHandle | undefined;
  #offset = 0;

  constructor(path: string, onWarning: (warning: LogWarning) => void) {
    this.#path = path;
    this.#onWarning = onWarning;
  }

  /**
   * The records since the last call. An unfinished line is read again by the next call, since a writer who takes over
   * after a crash removes it; on the `last` call it is warned about.
   */
  async *read(last: boolean, signal: AbortSignal | undefined): AsyncGenerator<LogRecord, void> {
    this.#file ??= await this.#open(last);
    if (!this.#file) return;
    const parser = new LogParser(this.#path, this.#offset, this.#onWarning);
    for await (const block of this.#blocks(this.#file)) {
      signal?.throwIfAborted();
      yield* parser.push(block);
      this.#offset = parser.offset;
    }
    if (last) parser.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }

  async *#blocks(file: FileHandle): AsyncGenerator<Buffer, void> {
    const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    for (let position = this.#offset; ; ) {
      const { bytesRead } = await file
        .read(block, 0, BLOCK_BYTES, position)
        .catch((cause) => this.#fail(cause));
      if (bytesRead === 0) return;
      position += bytesRead;
      yield block.subarray(0, bytesRead);
    }
  }

  async #open(mustExist: boolean): Promise<FileHandle | undefined> {
    try {
      return await open(this.#path, "r");
    } catch (cause) {
      if (mustExist || errno(cause) !== "ENOENT") this.#fail(cause);
      return undefined;
    }
  }

  #fail(cause: unknown): never {
    throw new LogReadError(this.#path, cause);
  }
}
