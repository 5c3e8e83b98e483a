/**
 * Thrown by a step whose failure another attempt would only repeat: it is not retried. Any error with `retryable: false`
 * does the same; this one only saves the line.
 */
export class FatalError extends Error {
  readonly retryable: false = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "FatalError";
  }
}
