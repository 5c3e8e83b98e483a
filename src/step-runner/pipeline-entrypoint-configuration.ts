import { BaseEntrypointConfiguration, CONFIG_SOURCE, SNAPSHOT_ID } from "./entrypoint-configuration.ts";

/** Stands for this class where no subclass is named. */
export const PIPELINE_CONFIG_SOURCE = "stepdock/orchestrators#PipelineEntrypointConfiguration";

export interface PipelineEntrypointArguments {
  readonly snapshotId: string;
}

/**
 * Runs a whole pipeline in one container, each step in a process of its own: for engines that start a single job. ZenML's
 * `PipelineEntrypointConfiguration`.
 */
export class PipelineEntrypointConfiguration extends BaseEntrypointConfiguration {
  static override readonly source: string = PIPELINE_CONFIG_SOURCE;

  static getEntrypointOptions(): Set<string> {
    return new Set([CONFIG_SOURCE, SNAPSHOT_ID, ...this.getCustomEntrypointOptions()]);
  }

  static getEntrypointArguments(given: PipelineEntrypointArguments): string[] {
    return [
      ...[`--${CONFIG_SOURCE}`, this.source],
      ...[`--${SNAPSHOT_ID}`, given.snapshotId],
      ...this.getCustomEntrypointArguments(given),
    ];
  }

  /** Values for the further options, each after its name with two dashes. */
  static getCustomEntrypointArguments(_given: PipelineEntrypointArguments): string[] {
    return [];
  }

  async run(): Promise<void> {
    await this.runtime.runPipeline(this);
  }
}
