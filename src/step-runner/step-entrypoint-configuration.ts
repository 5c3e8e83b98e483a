export { BUNDLES_IN_IMAGE, ENTRYPOINT_IN_IMAGE, IMAGE_ROOT } from "./entrypoint-configuration.ts";

import { BaseEntrypointConfiguration, CONFIG_SOURCE, SNAPSHOT_ID } from "./entrypoint-configuration.ts";

const STEP_NAME = "step_name";
const STEP_SOURCE = "step_source";
const ASSIGNMENT = "assignment";

/** Stands for this class where no subclass is named. */
export const DEFAULT_CONFIG_SOURCE = "stepdock/orchestrators#StepEntrypointConfiguration";

export interface EntrypointArguments {
  /** Id of the invocation. */
  readonly stepName: string;
  readonly snapshotId: string;
  /** Where the container finds the step: `<path of a module>#<export>`. Default: by the snapshot. */
  readonly stepSource?: string;
  /** Path of the assignment, or `-`: a line on stdin. Absent: launcher mode. */
  readonly assignment?: string;
}

/** Runs one step. ZenML's `StepEntrypointConfiguration`; a subclass adds options of its own. */
export class StepEntrypointConfiguration extends BaseEntrypointConfiguration {
  static override readonly source: string = DEFAULT_CONFIG_SOURCE;

  static getEntrypointOptions(): Set<string> {
    const own = [CONFIG_SOURCE, SNAPSHOT_ID, STEP_NAME, STEP_SOURCE, ASSIGNMENT];
    return new Set([...own, ...this.getCustomEntrypointOptions()]);
  }

  static getEntrypointArguments(given: EntrypointArguments): string[] {
    const { stepSource, assignment } = given;
    return [
      ...[`--${CONFIG_SOURCE}`, this.source],
      ...[`--${SNAPSHOT_ID}`, given.snapshotId],
      ...[`--${STEP_NAME}`, given.stepName],
      ...(stepSource === undefined ? [] : [`--${STEP_SOURCE}`, stepSource]),
      ...(assignment === undefined ? [] : [`--${ASSIGNMENT}`, assignment]),
      ...this.getCustomEntrypointArguments(given),
    ];
  }

  /** Values for the further options, each after its name with two dashes. */
  static getCustomEntrypointArguments(_given: EntrypointArguments): string[] {
    return [];
  }

  async run(): Promise<void> {
    await this.runtime.runStep(this);
  }
}
