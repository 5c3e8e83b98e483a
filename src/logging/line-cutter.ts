/** Takes a piece of a line, without its newline; `partial` where none followed. Valid only during the call. */
export type TakePiece = (piece: Buffer, partial: boolean) => void;

const NEWLINE = 10;

/**
 * Cuts bytes into lines, and a line longer than `limit` bytes (at least 4) into pieces, each at the border of a UTF-8
 * character if it is UTF-8. An unfinished line is held until it ends or grows longer than `limit`.
 */
export class LineCutter {
  readonly #limit: number;
  readonly #take: TakePiece;
  #held: Buffer | undefined;
  #used = 0;

  constructor(limit: number, take: TakePiece) {
    this.#limit = limit;
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      this.#finish(chunk.subarray(from, to));
      from = to + 1;
    }
    if (from < chunk.length) this.#holdAll(chunk.subarray(from));
  }

  /** Gives out an unfinished line, as partial. */
  end(): void {
    if (this.#used > 0) this.#release(true);
  }

  #finish(rest: Buffer): void {
    if (this.#used === 0 && rest.length <= this.#limit) this.#take(rest, false);
    else {
      this.#holdAll(rest);
      this.#release(false);
    }
  }

  #holdAll(bytes: Buffer): void {
    for (let from = this.#hold(bytes); from < bytes.length; from += this.#hold(bytes.subarray(from))) {
      this.#releasePiece();
    }
  }

  /** Keeps what there is room for and says how much that was. */
  #hold(bytes: Buffer): number {
    this.#held ??= Buffer.allocUnsafeSlow(this.#limit);
    const copied = bytes.copy(this.#held, this.#used);
    this.#used += copied;
    return copied;
  }

  #release(partial: boolean): void {
    const line = this.#held?.subarray(0, this.#used) ?? Buffer.alloc(0);
    this.#used = 0;
    this.#take(line, partial);
  }

  /** Called with a full buffer: a character that is cut off at its end stays for the next piece. */
  #releasePiece(): void {
    if (!this.#held) return;
    const border = characterBorder(this.#held);
    this.#take(this.#held.subarray(0, border), true);
    this.#held.copyWithin(0, border);
    this.#used = this.#limit - border;
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
