import { FrameError, type FrameSink } from "./demultiplexer.ts";
import type { OutputSink, StreamName } from "./port.ts";

const SPACE = 32;
const NEWLINE = 10;
const NEWLINE_BYTES = Buffer.from("\n");
/** RFC 3339 with nanoseconds takes 30. */
const MAX_STAMP_BYTES = 64;

/**
 * Makes what a container printed out of the messages of the engine's log, each of which has its time and a space before
 * it. A line of more than 16 KiB is several messages of one and the same time, and Docker 20.10 loses the newline after
 * them: where an unfinished line is followed by a message of another time, its newline is put back. Mirrors the copier
 * of Docker's `daemon/logger`, which cuts the lines, and its driver `local`, which loses the newline.
 */
export class LoggedOutput implements FrameSink {
  readonly #sink: OutputSink;
  readonly #streams = { stdout: new LoggedStream(), stderr: new LoggedStream() };

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  write(stream: StreamName, bytes: Buffer, startsFrame: boolean): void | Promise<void> {
    return this.#give(stream, this.#streams[stream].read(bytes, startsFrame));
  }

  /** Call it at the end of a log that is whole. */
  async end(): Promise<void> {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#streams[stream].lacksNewline) await this.#sink.write(stream, NEWLINE_BYTES);
    }
  }

  /** At most a lost newline and the bytes. */
  #give(stream: StreamName, [first, second]: readonly Buffer[]): void | Promise<void> {
    const given = first && this.#sink.write(stream, first);
    if (second === undefined) return given;
    return given === undefined
      ? this.#sink.write(stream, second)
      : given.then(() => this.#sink.write(stream, second));
  }
}

class LoggedStream {
  #stamp: Buffer = Buffer.alloc(0);
  /** The time of the message that is being read, as far as it is in; undefined once it is. */
  #newStamp: Buffer | undefined;
  /** The last line has no newline yet. */
  #open = false;
  /** Of the content of this message and of the one before it in the same line; 0 if there is none. */
  #messageBytes = 0;
  #previousBytes = 0;
  #engineKeepsNewlines = false;

  read(bytes: Buffer, startsMessage: boolean): Buffer[] {
    if (startsMessage) this.#newStamp = Buffer.alloc(0);
    if (this.#newStamp === undefined) return this.#content(bytes);
    const space = bytes.indexOf(SPACE);
    const stamp = Buffer.concat([this.#newStamp, space < 0 ? bytes : bytes.subarray(0, space)]);
    if (stamp.length > MAX_STAMP_BYTES)
      throw new FrameError("a message of the log does not begin with its time");
    this.#newStamp = space < 0 ? stamp : undefined;
    return space < 0 ? [] : [...this.#startMessage(stamp), ...this.#content(bytes.subarray(space + 1))];
  }

  /**
   * The end of a stream, unlike what goes before it, cannot be read with certainty: that the last piece of a long line
   * has no newline may mean that it was printed so. It is taken for lost unless this engine was seen to keep one, since
   * most lines have one, and a result frame at the end of such a line is known by it.
   */
  get lacksNewline(): boolean {
    return this.#open && this.#messageBytes < this.#previousBytes && !this.#engineKeepsNewlines;
  }

  #startMessage(stamp: Buffer): Buffer[] {
    const goesOn = this.#open && stamp.equals(this.#stamp);
    const lost = this.#open && !goesOn;
    this.#stamp = stamp;
    this.#previousBytes = goesOn ? this.#messageBytes : 0;
    this.#messageBytes = 0;
    this.#open = goesOn;
    return lost ? [NEWLINE_BYTES] : [];
  }

  #content(bytes: Buffer): Buffer[] {
    if (bytes.length === 0) return [];
    this.#messageBytes += bytes.length;
    this.#open = bytes.at(-1) !== NEWLINE;
    if (!this.#open && this.#previousBytes > 0) this.#engineKeepsNewlines = true;
    return [bytes];
  }
}
