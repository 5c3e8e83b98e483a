import { parseArgs } from "node:util";
import { StepdockError } from "../src/errors/error.ts";
import { StepEntrypointConfiguration } from "../src/step-runner/step-entrypoint-configuration.ts";

export interface ParsedArguments {
  readonly stepName: string;
  /** `<path of a module>#<export>`. */
  readonly stepSource: string;
  /** `-` for stdin, or a path. */
  readonly assignment: string;
}

/** The command line of the entrypoint is not what it has to be. */
export class EntrypointUsageError extends StepdockError {
  readonly code = "usage";
}

export const USAGE =
  "usage: stepdock-entrypoint --step_source <module>#<export> --assignment <file, or - for stdin> " +
  "[--step_name <name>] [--snapshot_id <id>] [--entrypoint_config_source <module>#<export>]";

export const parseArguments = (argv: readonly string[]): ParsedArguments => {
  const values = parse(argv);
  if (!values.step_source?.includes("#")) {
    throw new EntrypointUsageError(`--step_source is missing or names no export.\n${USAGE}`);
  }
  if (!values.assignment) {
    throw new EntrypointUsageError(
      `--assignment is missing. Without it the entrypoint would launch the step on its own, ` +
        `which it does not do yet: give a file, or - for a line on stdin.\n${USAGE}`,
    );
  }
  return {
    stepName: values.step_name ?? "step",
    stepSource: values.step_source,
    assignment: values.assignment,
  };
};

/** Where the artifact stores are in this container. */
export const storesPath = (): string => {
  const path = process.env.ZENML_LOCAL_STORES_PATH;
  if (path) return path;
  throw new EntrypointUsageError(
    "ZENML_LOCAL_STORES_PATH is not set: it says where the artifact stores are.",
  );
};

const parse = (argv: readonly string[]): Partial<Record<string, string>> => {
  const names = [...StepEntrypointConfiguration.getEntrypointOptions()];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" }] as const));
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values as Partial<Record<string, string>>;
  } catch (error) {
    throw new EntrypointUsageError(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
};
