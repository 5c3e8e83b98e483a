import type { ErrorCode } from "./codes.ts";

/** Errors cross from bundle to host and back, where `instanceof` fails: this brand is what identifies them. */
const BRAND = Symbol.for("dev.stepdock.error");

/**
 * Base of every error that stepdock throws on purpose. A message says what happened, to what, and what to do next;
 * the facts are fields besides, so that a program need not parse the message.
 */
export abstract class StepdockError extends Error {
  /** Stable identifier of the condition; see `ERROR_EXIT`. */
  abstract readonly code: ErrorCode;
  readonly [BRAND] = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Whether `error` is one of ours, also when another copy of the package made it. */
export const isStepdockError = (error: unknown): error is StepdockError =>
  typeof error === "object" && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true;
