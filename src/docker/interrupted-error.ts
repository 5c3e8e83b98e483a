import { StepdockError } from "../errors/error.ts";

/** The caller's signal was aborted while the engine worked. `cause` is what the request ended with. */
export class InterruptedError extends StepdockError {
  readonly code = "interrupted";
  /** What was asked, as a verb phrase: `build image`. */
  readonly operation: string;
  readonly subject: string;

  constructor(operation: string, subject: string, options?: ErrorOptions) {
    super(`Interrupted before Docker could ${operation} ${subject}.`, options);
    this.operation = operation;
    this.subject = subject;
  }
}

/** Whether `error` comes from an aborted signal, whatever reason the signal was given. */
export const isAbort = (error: unknown, signal?: AbortSignal): boolean =>
  signal?.aborted === true || (error instanceof Error && error.name === "AbortError");
