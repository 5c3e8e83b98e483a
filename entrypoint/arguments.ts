import { parseArgs } from "node:util";
import { StepdockError } from "../src/errors/error.ts";
import { CONFIG_SOURCE, type EntrypointValues } from "../src/step-runner/entrypoint-configuration.ts";

/** The command line of the entrypoint is not what it has to be. */
export class EntrypointUsageError extends StepdockError {
  readonly code = "usage";
}

export const USAGE =
  "usage: stepdock-entrypoint --step_source <module>#<export> --assignment <file, or - for stdin>\n" +
  "   or: stepdock-entrypoint --snapshot_id <id> --step_name <invocation>    (launcher mode)\n" +
  "   or: stepdock-entrypoint --snapshot_id <id> --entrypoint_config_source " +
  "stepdock/orchestrators#PipelineEntrypointConfiguration\n" +
  "with any options of the class that --entrypoint_config_source <module>#<export> names";

/** Which class is to run; undefined: the step's own default. Other options are that class's to know. */
export const configurationSource = (argv: readonly string[]): string | undefined => {
  const options = { [CONFIG_SOURCE]: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...argv], options, strict: false });
  const source = values[CONFIG_SOURCE];
  return typeof source === "string" ? source : undefined;
};

/** @throws EntrypointUsageError for an option that is not among `names`, or has no value */
export const parseArguments = (argv: readonly string[], names: Iterable<string>): EntrypointValues => {
  const options = Object.fromEntries([...names].map((name) => [name, { type: "string" }] as const));
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values as EntrypointValues;
  } catch (error) {
    throw new EntrypointUsageError(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
};

/** The value of an option that has to be there. */
export const required = (values: EntrypointValues, name: string): string => {
  const { [name]: value } = values;
  if (value) return value;
  throw new EntrypointUsageError(`--${name} is missing.\n${USAGE}`);
};

/** The same for an option that only a launch needs. */
export const requiredToLaunch = (values: EntrypointValues, name: string): string => {
  const { [name]: value } = values;
  if (value) return value;
  throw new EntrypointUsageError(
    `--assignment is missing, and so is --${name}, by which a launch without one would know what to do.\n${USAGE}`,
  );
};

/** Where the step of an assignment is. */
export const requiredStepSource = (values: EntrypointValues): string => {
  const source = required(values, "step_source");
  if (source.includes("#")) return source;
  throw new EntrypointUsageError(`--step_source names no export.\n${USAGE}`);
};

/** Where the artifact stores are in this container. */
export const storesPath = (): string => {
  const path = process.env.ZENML_LOCAL_STORES_PATH;
  if (path) return path;
  throw new EntrypointUsageError(
    "ZENML_LOCAL_STORES_PATH is not set: it says where the artifact stores are.",
  );
};
