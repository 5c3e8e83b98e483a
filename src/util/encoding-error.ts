import { StepdockError } from "../errors/error.ts";

/** A value that stepdock's JSON encoding cannot carry, or encoded JSON that it cannot read back. */
export class EncodingError extends StepdockError {
  override readonly code = "value_not_encodable";
  /** Where in the value, from its root `$`: `$.a.b[3]`. */
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path} ${problem}`, options);
    this.path = path;
  }
}
