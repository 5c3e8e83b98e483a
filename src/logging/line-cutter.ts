/**
 * Takes lines without the newline of the last of them; `partial` where none followed it, and then it is one piece of a
 * line. Valid only during the call.
 */
export type TakeLines = (lines: Buffer, partial: boolean) => void;

const NEWLINE = 10;

/**
 * Cuts bytes into whole lines, as many at once as came in one chunk and fit into `limit` bytes (at least 4), and a line
 * longer than that into pieces, each at the border of a UTF-8 character if it is UTF-8. An unfinished line is held until
 * it ends, grows longer than `limit`, or is asked for.
 */
export class LineCutter {
  readonly #limit: number;
  readonly #take: TakeLines;
  /** Never has a newline in it. */
  #held: Buffer | undefined;
  #used = 0;

  constructor(limit: number, take: TakeLines) {
    this.#limit = limit;
    this.#take = take;
  }

  push(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0; ) {
      const end = rest.lastIndexOf(NEWLINE, this.#limit - this.#used);
      rest = rest.subarray(end < 0 ? this.#hold(rest) : this.#finish(rest, end));
    }
  }

  /** Gives out what there is of an unfinished line, as partial, but for a character that is cut off at its end. */
  flush(): void {
    if (this.#used > 0) this.#releasePiece();
  }

  /** Gives out an unfinished line, as partial. */
  end(): void {
    if (this.#used > 0) this.#release(true);
  }

  /** Gives out what is held and the bytes up to the newline at `end`; says how many bytes that took. */
  #finish(bytes: Buffer, end: number): number {
    const lines = bytes.subarray(0, end);
    if (this.#used === 0) this.#take(lines, false);
    else {
      this.#copy(lines);
      this.#release(false);
    }
    return end + 1;
  }

  /** Keeps what there is room for, or makes room, and says how many bytes that took. */
  #hold(bytes: Buffer): number {
    if (this.#used < this.#limit) return this.#copy(bytes);
    this.#releasePiece();
    return 0;
  }

  #copy(bytes: Buffer): number {
    this.#held ??= Buffer.allocUnsafeSlow(this.#limit);
    const copied = bytes.copy(this.#held, this.#used);
    this.#used += copied;
    return copied;
  }

  #release(partial: boolean): void {
    const lines = this.#held?.subarray(0, this.#used) ?? Buffer.alloc(0);
    this.#used = 0;
    this.#take(lines, partial);
  }

  /** A character that is cut off at the end stays for the next piece. A full buffer holds more than one. */
  #releasePiece(): void {
    const held = this.#held?.subarray(0, this.#used) ?? Buffer.alloc(0);
    const border = characterBorder(held);
    if (border === 0) return;
    this.#take(held.subarray(0, border), true);
    held.copyWithin(0, border);
    this.#used -= border;
  }
}

/** Where to cut: before the last character if some of its bytes are missing, else at the end. */
function characterBorder(bytes: Buffer): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (!isContinuation(byte)) return characterLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

const characterLength = (lead: number): number =>
  lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
