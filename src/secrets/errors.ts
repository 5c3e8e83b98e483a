import { StepdockError } from "../errors/error.ts";

/** Where secrets were to come from cannot be read. */
export class SecretSourceError extends StepdockError {
  readonly code = "usage";
}

/** A secret that is not there, and why. */
export interface MissingSecret {
  readonly name: string;
  /** `it is not set`, for instance. */
  readonly problem: string;
  /** Invocations. */
  readonly neededBy: readonly string[];
}

/** Steps are to run whose secrets are nowhere. */
export class SecretMissingError extends StepdockError {
  readonly code = "secret_missing";
  readonly missing: readonly MissingSecret[];

  constructor(missing: readonly MissingSecret[], envFile: string) {
    const [{ name } = { name: "NAME" }] = missing;
    super(
      `${missing.length === 1 ? "A secret is" : `${missing.length} secrets are`} missing, so nothing was started:\n` +
        `${missing.map(line).join("\n")}\n` +
        `Give each as a variable (${name}=…), as a line ${name}=… of ${envFile} (or of another file: --env-file), or as ` +
        `the content of a file (${name}_FILE=path, in either).`,
    );
    this.missing = missing;
  }
}

const line = ({ name, problem, neededBy }: MissingSecret): string =>
  `  ${name}, which ${neededBy.join(", ")} ${neededBy.length === 1 ? "needs" : "need"}: ${problem}`;
