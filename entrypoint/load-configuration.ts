import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type BaseEntrypointConfiguration,
  configurationFile,
  type EntrypointRuntime,
  type EntrypointValues,
} from "../src/step-runner/entrypoint-configuration.ts";
import {
  PIPELINE_CONFIG_SOURCE,
  PipelineEntrypointConfiguration,
} from "../src/step-runner/pipeline-entrypoint-configuration.ts";
import {
  DEFAULT_CONFIG_SOURCE,
  StepEntrypointConfiguration,
} from "../src/step-runner/step-entrypoint-configuration.ts";
import { EntrypointUsageError } from "./arguments.ts";

/** A configuration as this side needs it. */
export interface ConfigurationClass {
  new (values: EntrypointValues, runtime: EntrypointRuntime): BaseEntrypointConfiguration;
  getEntrypointOptions(): Set<string>;
}

const OWN: ReadonlyMap<string, ConfigurationClass> = new Map<string, ConfigurationClass>([
  [DEFAULT_CONFIG_SOURCE, StepEntrypointConfiguration],
  [PIPELINE_CONFIG_SOURCE, PipelineEntrypointConfiguration],
]);

/**
 * The class that `--entrypoint_config_source` names: one of ours; or one of the user's, from the module at an absolute
 * path, or from its bundle in this image.
 */
export const loadConfiguration = async (
  source: string = DEFAULT_CONFIG_SOURCE,
  bundles: string,
): Promise<ConfigurationClass> => {
  const own = OWN.get(source);
  if (own) return own;
  const [path = "", name = ""] = source.split(/#(?=[^#]*$)/);
  const place = isAbsolute(path)
    ? { file: path, exportName: name }
    : { file: join(bundles, configurationFile(source)), exportName: "step" };
  const found = (await importModule(source, place.file))[place.exportName];
  if (isConfiguration(found)) return found;
  throw new EntrypointUsageError(
    `--entrypoint_config_source ${source} is no entrypoint configuration: extend StepEntrypointConfiguration or ` +
      "PipelineEntrypointConfiguration of stepdock/orchestrators, and export the class under that name.",
  );
};

const importModule = async (source: string, file: string): Promise<Record<string, unknown>> => {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new EntrypointUsageError(
      `--entrypoint_config_source ${source} cannot be loaded from ${file}: ${(error as Error).message}. An orchestrator ` +
        "has the class put into its images by naming it in `entrypointConfigurations`.",
      { cause: error },
    );
  }
};

/** Not by `instanceof`: a bundle has a copy of the base class of its own. */
const isConfiguration = (value: unknown): value is ConfigurationClass =>
  typeof value === "function" &&
  typeof (value as Partial<ConfigurationClass>).getEntrypointOptions === "function" &&
  typeof value.prototype?.run === "function";
