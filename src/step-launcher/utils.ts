import { randomInt } from "node:crypto";
import { StepdockError } from "../errors/error.ts";
import type { PipelineSnapshot } from "../model/index.ts";

/** A run name that cannot be used. */
export class RunNameError extends StepdockError {
  readonly code = "usage";
}

/** Fills `{date}` and `{time}` (UTC) into a template. Mirrors ZenML's `get_run_name`. */
export const getRunName = (template: string, now: Date): string => {
  const [date = "", time = ""] = now.toISOString().split(/[TZ]/);
  const name = template
    .replaceAll("{date}", date.replaceAll("-", "_"))
    .replaceAll("{time}", time.replaceAll(/[:.]/g, "_"))
    .trim();
  if (name === "")
    throw new RunNameError("A run name cannot be empty. Give a template such as `train-{date}-{time}`.");
  if (/\p{Cc}/u.test(name))
    throw new RunNameError(`A run name is one line of text, which ${JSON.stringify(name)} is not.`);
  return name;
};

/** A name for the engine's own listings, unlike the run name never a template. ZenML's `get_orchestrator_run_name`. */
export const getOrchestratorRunName = (pipelineName: string): string =>
  `${pipelineName.toLowerCase()}-${randomInt(36 ** 6)
    .toString(36)
    .padStart(6, "0")}`;

/** Enabled on the step, else on the pipeline, else enabled. Mirrors ZenML's `is_setting_enabled`. */
export const isSettingEnabled = (onStep: boolean | undefined, onPipeline: boolean | undefined): boolean =>
  onStep ?? onPipeline ?? true;

/** Variables that tell every step of a run where it is. Mirrors ZenML's `get_config_environment_vars`. */
export const getConfigEnvironmentVars = ({
  snapshot,
  runName,
  orchestratorRunId,
  storesPath,
}: {
  snapshot: PipelineSnapshot;
  runName: string;
  orchestratorRunId: string;
  storesPath: string;
}): Record<string, string> => ({
  ZENML_RUN_ID: orchestratorRunId,
  ZENML_LOCAL_STORES_PATH: storesPath,
  ZENML_PIPELINE_NAME: snapshot.pipelineName,
  ZENML_RUN_NAME: runName,
});
