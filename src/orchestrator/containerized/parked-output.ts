import type { OutputSink, StreamName } from "../../docker/port.ts";

/** What a parked container may print before nothing more of it is read: then it waits until it is needed. */
const MAX_BYTES = 1024 * 1024;

interface Held {
  readonly stream: StreamName;
  readonly chunk: Buffer;
}

/** Holds what a container prints before it is known whose it is. */
export class ParkedOutput implements OutputSink {
  #held: Held[] = [];
  #bytes = 0;
  #sink: OutputSink | undefined;
  readonly #opened = Promise.withResolvers<void>();

  write(stream: StreamName, chunk: Buffer): void | Promise<void> {
    if (this.#sink) return this.#sink.write(stream, chunk);
    this.#held.push({ stream, chunk });
    this.#bytes += chunk.length;
    if (this.#bytes >= MAX_BYTES) return this.#opened.promise;
  }

  /** From here on all of it goes to `sink`, first what was held, in order. */
  async open(sink: OutputSink): Promise<void> {
    for (let held = this.#held.shift(); held; held = this.#held.shift())
      await sink.write(held.stream, held.chunk);
    this.#sink = sink;
    this.#opened.resolve();
  }
}
