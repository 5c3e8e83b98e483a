/** Where the images that stepdock builds keep what runs in them. */
export const IMAGE_ROOT = "/stepdock";
export const ENTRYPOINT_IN_IMAGE = `${IMAGE_ROOT}/entrypoint.mjs`;
export const BUNDLES_IN_IMAGE = `${IMAGE_ROOT}/bundles`;

const CONFIG_SOURCE = "entrypoint_config_source";
const SNAPSHOT_ID = "snapshot_id";
const STEP_NAME = "step_name";
const STEP_SOURCE = "step_source";
const ASSIGNMENT = "assignment";

/** Stands for this class where no subclass is named. */
export const DEFAULT_CONFIG_SOURCE = "stepdock/orchestrators#StepEntrypointConfiguration";

export interface EntrypointArguments {
  /** Id of the invocation. */
  readonly stepName: string;
  readonly snapshotId: string;
  /** Where the container finds the step: `<path of a module>#<export>`. */
  readonly stepSource: string;
  /** Path of the assignment, or `-`: a line on stdin. Absent: launcher mode. */
  readonly assignment?: string;
}

/**
 * Which command a step's container runs, and with which arguments. ZenML's `StepEntrypointConfiguration`; a subclass
 * adds options of its own.
 */
export class StepEntrypointConfiguration {
  /** `module#export` of this class, given to the container with `--entrypoint_config_source`. */
  static readonly source: string = DEFAULT_CONFIG_SOURCE;

  static getEntrypointCommand(): string[] {
    return ["node", ENTRYPOINT_IN_IMAGE];
  }

  static getEntrypointOptions(): Set<string> {
    const own = [CONFIG_SOURCE, SNAPSHOT_ID, STEP_NAME, STEP_SOURCE, ASSIGNMENT];
    return new Set([...own, ...this.getCustomEntrypointOptions()]);
  }

  static getEntrypointArguments(given: EntrypointArguments): string[] {
    return [
      ...[`--${CONFIG_SOURCE}`, this.source],
      ...[`--${SNAPSHOT_ID}`, given.snapshotId],
      ...[`--${STEP_NAME}`, given.stepName],
      ...[`--${STEP_SOURCE}`, given.stepSource],
      ...(given.assignment === undefined ? [] : [`--${ASSIGNMENT}`, given.assignment]),
      ...this.getCustomEntrypointArguments(given),
    ];
  }

  /** Names of further options, without dashes. */
  static getCustomEntrypointOptions(): Set<string> {
    return new Set();
  }

  /** Values for the further options. */
  static getCustomEntrypointArguments(_given: EntrypointArguments): string[] {
    return [];
  }

  /** The same for all steps of a run. */
  getRunName(pipelineName: string): string {
    return process.env.ZENML_RUN_NAME ?? pipelineName;
  }
}
