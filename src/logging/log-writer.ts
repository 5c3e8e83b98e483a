import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers";
import { LogWriteError } from "./errors.ts";
import type { LogRecord } from "./log-record.ts";
import { repairTail } from "./repair-tail.ts";

/** How many bytes may wait for the disk before `write` asks its caller to wait. */
export const WRITE_BUFFER_BYTES = 1024 * 1024;

/** Less than this is not written more often than each `PACE_MS`: of small chunks, the writing is most of the work. */
const WORTH_WRITING_BYTES = 256 * 1024;
const PACE_MS = 20;

/**
 * Opens a log file for appending, and makes it if there is none. A line that a crash cut off at its end is removed: its
 * bytes count as not recorded.
 *
 * @throws {LogWriteError}
 */
export async function openLogWriter(path: string): Promise<LogWriter> {
  return new LogWriter(path, await openFile(path));
}

/** The same, though nothing is made before there is something to write, its directory neither. */
export const openLogWriterLazily = (path: string): LogWriter => new LogWriter(path);

const openFile = async (path: string): Promise<FileHandle> => {
  const file = await open(path, "a+").catch((cause) => Promise.reject(new LogWriteError(path, cause)));
  try {
    await repairTail(file);
  } catch (cause) {
    await file.close();
    throw new LogWriteError(path, cause);
  }
  return file;
};

/**
 * Appends records as NDJSON, in the order of the calls. The first is written at once, and what comes while the disk is
 * busy, or within 20 ms after that, in one go.
 */
export class LogWriter implements AsyncDisposable {
  readonly path: string;
  #file: FileHandle | undefined;
  #queue: Buffer[] = [];
  #bufferedBytes = 0;
  #flushing: Promise<void> | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #failure: LogWriteError | undefined;
  #failureTold = false;
  #closing: Promise<void> | undefined;

  constructor(path: string, file?: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Taken and not yet on file: at most `WRITE_BUFFER_BYTES` and one call's records, if the caller waits. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** The failure that some call has rejected with. */
  get toldFailure(): LogWriteError | undefined {
    return this.#failureTold ? this.#failure : undefined;
  }

  /**
   * Takes records. Returns a promise where the file is behind: wait for it before the next call. It rejects with
   * `LogWriteError`, as does every call after a failure.
   */
  write(records: LogRecord | readonly LogRecord[]): void | Promise<void> {
    if (this.#closing) return Promise.reject(new LogWriteError(this.path, new Error("it is closed")));
    if (this.#failure) return this.#settled();
    this.#enqueue(encode([records].flat()));
    if (this.#bufferedBytes > WRITE_BUFFER_BYTES) return this.#settled();
  }

  /** Resolves when all that was taken so far is in the file, or was lost, which is told elsewhere. Never rejects. */
  flush(): Promise<void> {
    return this.#flushAll();
  }

  /** Writes what is left, syncs it to the disk and closes the file. Rejects with `LogWriteError` if anything was lost. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing.then(() => this.#tell());
  }

  /** Closes. A failure that a caller was told of is not thrown again, since it would only hide the first error. */
  async [Symbol.asyncDispose](): Promise<void> {
    const told = this.toldFailure;
    await this.close().catch((error) => {
      if (error !== told) throw error;
    });
  }

  #enqueue(lines: Buffer): void {
    if (lines.length === 0) return;
    this.#queue.push(lines);
    this.#bufferedBytes += lines.length;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#flushing || this.#queue.length === 0) return;
    const early = this.#flushedAt + PACE_MS - performance.now();
    if (early <= 0 || this.#bufferedBytes > WORTH_WRITING_BYTES) void this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), early);
  }

  async #settled(): Promise<void> {
    await this.#flushAll();
    this.#tell();
  }

  #tell(): void {
    if (!this.#failure) return;
    this.#failureTold = true;
    throw this.#failure;
  }

  async #flushAll(): Promise<void> {
    while (this.#flushing || this.#queue.length > 0) await this.#flush();
  }

  /** Writes what has come by now, after what is being written. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing ??= this.#writeQueue().then(() => {
      this.#flushing = undefined;
      this.#flushedAt = performance.now();
      this.#schedule();
    });
    return this.#flushing;
  }

  /** Never rejects, since often nobody waits for it: a failure is told by the next call. */
  async #writeQueue(): Promise<void> {
    const batch = Buffer.concat(this.#queue.splice(0));
    await this.#attempt(async () => {
      this.#file ??= await this.#make();
      await this.#file.appendFile(batch);
    });
    this.#bufferedBytes -= this.#failure ? this.#bufferedBytes : batch.length;
  }

  async #close(): Promise<void> {
    await this.#flushAll();
    if (!this.#failure) await this.#attempt(async () => this.#file?.sync());
    await this.#attempt(async () => this.#file?.close());
  }

  async #make(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true });
    return await openFile(this.path);
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      this.#failure ??= cause instanceof LogWriteError ? cause : new LogWriteError(this.path, cause);
      this.#queue = [];
    }
  }
}

const encode = (records: readonly LogRecord[]): Buffer =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
