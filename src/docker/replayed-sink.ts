import type { OutputSink, StreamName } from "./port.ts";

/** Hands on each byte once, though the streams are read again from their beginning after each `rewind`. */
export class ReplayedSink implements OutputSink {
  readonly #sink: OutputSink;
  readonly #given: Record<StreamName, number> = { stdout: 0, stderr: 0 };
  #seen: Record<StreamName, number> = { stdout: 0, stderr: 0 };

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  rewind(): void {
    this.#seen = { stdout: 0, stderr: 0 };
  }

  write(stream: StreamName, chunk: Buffer): void | Promise<void> {
    const fresh = chunk.subarray(Math.max(0, this.#given[stream] - this.#seen[stream]));
    this.#seen[stream] += chunk.length;
    this.#given[stream] += fresh.length;
    if (fresh.length > 0) return this.#sink.write(stream, fresh);
  }
}
