import { createHash, type Hash } from "node:crypto";

const WITHHELD = Buffer.from(
  "\nstepdock: the rest of this output is withheld: with the secrets of now, what was recorded before would read " +
    "otherwise, so a value that changed since could not be masked.\n",
);

/** What is on file of a stream. */
export interface PrefixOnFile {
  readonly bytes: number;
  /** SHA-256 in hex of these bytes. Given, it is checked; what follows other bytes is withheld. */
  readonly digest?: string | undefined;
}

/** Leaves out the beginning of a stream that is on file already. */
export class RecordedPrefix {
  readonly #digest: string | undefined;
  readonly #hash: Hash | undefined;
  #left: number;
  #withheld = false;

  constructor({ bytes, digest }: PrefixOnFile) {
    this.#left = bytes;
    this.#digest = bytes === 0 ? undefined : digest;
    this.#hash = this.#digest === undefined ? undefined : createHash("sha256");
  }

  /** What of the next bytes is not on file. */
  skip(part: Buffer): Buffer {
    if (this.#withheld) return part.subarray(part.length);
    if (this.#left === 0) return part;
    const rest = part.subarray(this.#left);
    const skipped = part.subarray(0, this.#left);
    this.#left -= skipped.length;
    return this.#isOther(skipped) ? this.#withhold() : rest;
  }

  #isOther(skipped: Buffer): boolean {
    if (!this.#hash) return false;
    this.#hash.update(skipped);
    return this.#left === 0 && this.#hash.digest("hex") !== this.#digest;
  }

  #withhold(): Buffer {
    this.#withheld = true;
    return WITHHELD;
  }
}
