import { StepdockError } from "../../errors/error.ts";
import { ENTRYPOINT_EXIT } from "../../model/index.ts";

/** A step or pipeline cannot be launched in this container. */
export class LaunchError extends StepdockError {
  readonly code = "launch_failed";
  readonly exitCode: number;

  constructor(message: string, kind: keyof typeof ENTRYPOINT_EXIT, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = ENTRYPOINT_EXIT[kind];
  }
}
