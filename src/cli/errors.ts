import { StepdockError } from "../errors/error.ts";

/** A command that was called in a way it cannot be. */
export class UsageError extends StepdockError {
  readonly code = "usage";
}

/** What was printed did not reach where stdout leads. */
export class OutputLostError extends StepdockError {
  readonly code = "output_lost";

  constructor(cause: Error) {
    super(
      `Not all output could be written: ${cause.message}. Free space where stdout leads, then try again.`,
      {
        cause,
      },
    );
  }
}
