import { StepdockError } from "../../errors/error.ts";

/** A package that cannot be made, or not be installed. */
export class PackageError extends StepdockError {
  readonly code = "build_failed";
}
