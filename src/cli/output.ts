import type { Writable } from "node:stream";

/** The parts of `process.stdout` that tell what kind of reader there is. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** A reader that went away, such as `head` or a terminal that was closed, is no error of ours. */
const READER_GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO", "ERR_STREAM_DESTROYED"]);

/** In characters; more than this is written at once. */
const GATHERED = 8 * 1024;

/**
 * stdout or stderr, written to with back-pressure. Once nobody reads any more, writing does nothing: whoever prints can
 * go on without knowing.
 */
export class Output {
  readonly stream: OutputStream;
  readonly #write: OutputStream["write"];
  #open = true;
  #failure: Error | undefined;
  #draining: PromiseWithResolvers<void> | undefined;
  #gathered = "";

  constructor(stream: OutputStream) {
    this.stream = stream;
    // Kept as it is now: steps that run in this process get streams of their own later.
    this.#write = stream.write.bind(stream);
    stream.on("drain", () => this.#drained());
    stream.on("close", () => this.#close());
    stream.on("error", (error: NodeJS.ErrnoException) => this.#fail(error));
  }

  /** Whether there is still somebody who reads. */
  get open(): boolean {
    return this.#open;
  }

  get isTerminal(): boolean {
    return this.stream.isTTY === true;
  }

  /** Why output was lost, other than that nobody wanted it. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Takes text or bytes; a promise is back-pressure. Never rejects. */
  write(data: string | Uint8Array): void | Promise<void> {
    const before = this.#writeGathered();
    if (!this.#open || data.length === 0 || this.#write(data)) return before;
    return this.#drain();
  }

  /** Takes text as `write` does, and writes what comes within one turn of the event loop in one go, or with `write`. */
  gather(text: string): void | Promise<void> {
    if (this.#gathered === "") process.nextTick(() => this.#writeGathered());
    this.#gathered += text;
    return this.#gathered.length > GATHERED ? this.#writeGathered() : this.#draining?.promise;
  }

  line(text = ""): void | Promise<void> {
    return this.write(`${text}\n`);
  }

  /** Resolves when everything was handed to the system, or nobody reads any more. */
  async flush(): Promise<void> {
    this.#writeGathered();
    if (!this.#open) return;
    await new Promise<void>((resolve) => this.#write("", () => resolve()));
  }

  #writeGathered(): void | Promise<void> {
    const text = this.#gathered;
    this.#gathered = "";
    if (this.#open && text !== "" && !this.#write(text)) return this.#drain();
  }

  #drain(): Promise<void> {
    this.#draining ??= Promise.withResolvers();
    return this.#draining.promise;
  }

  #drained(): void {
    this.#draining?.resolve();
    this.#draining = undefined;
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (!READER_GONE.has(error.code)) this.#failure ??= error;
    this.#close();
  }

  #close(): void {
    this.#open = false;
    this.#drained();
  }
}

/** Where a command prints: results on `out`, everything else on `err`. */
export interface Outputs {
  readonly out: Output;
  readonly err: Output;
}
