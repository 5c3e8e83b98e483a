const NONCE_BYTES = 32;
const SHA256_HEX = 64;
/** Nonce, space, digest, newline. */
const FRAME_BYTES = NONCE_BYTES + 1 + SHA256_HEX + 1;
const WHOLE_REST = /^ ([0-9a-f]{64})\n$/;
const BEGUN_REST = /^(?: [0-9a-f]{0,64})?$/;

export interface FrameScannerOptions {
  /** 32 hex characters, from the assignment. */
  readonly nonce: string;
  /** Called once, with the SHA-256 of result.json in hex, as soon as the frame's newline is in. */
  readonly onFrame: (sha256: string) => void;
}

export interface FrameScanner {
  /** The bytes of the user's that are certain by now. They may share memory with the chunk. */
  push(chunk: Buffer): Buffer[];
  /** What was held back and turned out not to be a frame. */
  end(): Buffer[];
}

/**
 * Finds the result frame `<nonce> <sha256>\n` on a step's stdout and takes it out, wherever it starts: the user's last
 * line may lack its newline. Everything else passes unchanged; at most one byte less than a frame is held back. The first
 * frame counts: what follows it is output, whatever it looks like.
 */
export function createFrameScanner({ nonce, onFrame }: FrameScannerOptions): FrameScanner {
  const needle = Buffer.from(nonce, "latin1");
  let held: Buffer = Buffer.alloc(0);
  let found = false;

  return {
    push(chunk) {
      if (found) return nonEmpty(chunk);
      const data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const start = frameStart(data, needle);
      const sha256 = WHOLE_REST.exec(restOfFrame(data, start))?.[1];
      found = sha256 !== undefined;
      // A copy: a slice would keep the whole chunk alive.
      held = Buffer.from(data.subarray(found ? data.length : start));
      if (sha256 !== undefined) onFrame(sha256);
      return nonEmpty(data.subarray(0, start), data.subarray(found ? start + FRAME_BYTES : data.length));
    },
    end() {
      const rest = held;
      held = Buffer.alloc(0);
      return nonEmpty(rest);
    },
  };
}

/** Where a frame, or what may become one, starts in `data`; its length if nowhere. */
function frameStart(data: Buffer, nonce: Buffer): number {
  for (let at = data.indexOf(nonce); at >= 0; at = data.indexOf(nonce, at + 1)) {
    const rest = restOfFrame(data, at);
    if (WHOLE_REST.test(rest) || BEGUN_REST.test(rest)) return at;
  }
  let at = Math.max(0, data.length - nonce.length + 1);
  while (at < data.length && !endsWithNoncePrefix(data, at, nonce)) at++;
  return at;
}

/** The first byte by itself: most output comes in a chunk for each line, and this runs for each of its last bytes. */
const endsWithNoncePrefix = (data: Buffer, at: number, nonce: Buffer): boolean =>
  data[at] === nonce[0] && data.compare(nonce, 0, data.length - at, at) === 0;

const restOfFrame = (data: Buffer, start: number): string =>
  data.toString("latin1", Math.min(data.length, start + NONCE_BYTES), start + FRAME_BYTES);

const nonEmpty = (...parts: Buffer[]): Buffer[] => parts.filter((part) => part.length > 0);
