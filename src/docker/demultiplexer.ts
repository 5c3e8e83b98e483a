import type { StreamName } from "./port.ts";

const HEADER_BYTES = 8;
const SYSTEM_ERROR = 3;
/** What a frame of type 3 may say at most: the rest of it is not worth the memory. */
const MAX_SYSTEM_ERROR_BYTES = 4096;
/** By the header's first byte; 0 is stdin echoed, which the engine writes to stdout. */
const STREAMS: readonly (StreamName | undefined)[] = ["stdout", "stdout", "stderr"];

/** The bytes are not the engine's framing, are cut off, or carry the engine's own report of a fault. */
export class FrameError extends Error {}

/** An `OutputSink` that may want to know where frames start: in `logs` each is one message. */
export interface FrameSink {
  write(stream: StreamName, bytes: Buffer, startsFrame: boolean): void | Promise<void>;
}

/**
 * Reads Docker's framing of a container's output (a header of type, three zeros and a big-endian length, then the
 * payload) and hands the payloads to the sink, in order and as they come: a frame is never gathered, so memory stays
 * at one chunk of the source however long the frame. Reads no further while the sink's promise is pending.
 * Rejects with `FrameError`, or with what the source or the sink threw. Mirrors Docker's `pkg/stdcopy`.
 */
export const demultiplex = async (source: AsyncIterable<Buffer>, sink: FrameSink): Promise<void> => {
  const parser = new FrameParser(sink);
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      at += parser.read(at === 0 ? chunk : chunk.subarray(at));
      // Only where there is a promise: a wait for nothing at each frame is most of the work of small ones.
      if (parser.written !== undefined) await parser.written;
    }
  }
  parser.end();
};

class FrameParser {
  readonly #sink: FrameSink;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #payloadLeft = 0;
  #startsFrame = false;
  #systemError: Buffer[] = [];
  /** What the sink said to what the last `read` gave it. */
  written: void | Promise<void> = undefined;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Reads a header or a payload, as much of it as there is, and says how many bytes that was. */
  read(bytes: Buffer): number {
    this.written = undefined;
    return this.#inPayload ? this.#readPayload(bytes) : this.#readHeader(bytes);
  }

  end(): void {
    if (this.#inPayload)
      throw new FrameError(`the stream ends ${this.#payloadLeft} bytes before its frame does`);
    if (this.#headerBytes > 0) throw new FrameError("the stream ends inside the header of a frame");
  }

  get #inPayload(): boolean {
    return this.#payloadLeft > 0;
  }

  #readHeader(bytes: Buffer): number {
    const taken = bytes.copy(this.#header, this.#headerBytes);
    this.#headerBytes += taken;
    if (this.#headerBytes === HEADER_BYTES) this.#startFrame();
    return taken;
  }

  #startFrame(): void {
    const type = this.#header.readUInt8(0);
    if (type > SYSTEM_ERROR)
      throw new FrameError(`a frame of unknown type ${type}: has the container a terminal (TTY)?`);
    this.#payloadLeft = this.#header.readUInt32BE(4);
    this.#headerBytes = 0;
    this.#startsFrame = true;
    if (type === SYSTEM_ERROR && this.#payloadLeft === 0) this.#throwSystemError();
  }

  #readPayload(bytes: Buffer): number {
    const piece = bytes.subarray(0, this.#payloadLeft);
    this.#payloadLeft -= piece.length;
    const stream = STREAMS[this.#header.readUInt8(0)];
    if (stream === undefined) this.#gatherSystemError(piece);
    else this.written = this.#sink.write(stream, piece, this.#startsFrame);
    this.#startsFrame = false;
    return piece.length;
  }

  #gatherSystemError(piece: Buffer): void {
    const gathered = this.#systemError.reduce((sum, { length }) => sum + length, 0);
    const room = MAX_SYSTEM_ERROR_BYTES - gathered;
    if (room > 0) this.#systemError.push(piece.subarray(0, room));
    if (!this.#inPayload || piece.length >= room) this.#throwSystemError();
  }

  #throwSystemError(): never {
    const words = Buffer.concat(this.#systemError).toString().trim();
    throw new FrameError(`the engine reports a fault of its own: ${words || "it gives no reason"}`);
  }
}
