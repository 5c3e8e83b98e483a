import type { ExecutionStatus, Failure } from "../model/index.ts";

export interface LaunchOptions {
  readonly snapshotId: string;
  readonly orchestratorRunId: string | undefined;
  /** Name of the run, should this process be the first of it. */
  readonly runName: (pipelineName: string) => string;
  /** Path of the entrypoint: each attempt is a process of it. */
  readonly entrypoint: string;
  /** Directory of the bundles in this image. */
  readonly bundles: string;
}

export interface StepLaunchOptions extends LaunchOptions {
  /** Id of the invocation. */
  readonly stepName: string;
}

/** How what was launched ended. */
export interface LaunchEnd {
  readonly status: ExecutionStatus;
  readonly failure: Failure | null;
}

/** What the entrypoint loads, from a file of its own, where it is to launch. */
export interface Launcher {
  launchStep(options: StepLaunchOptions): Promise<LaunchEnd>;
  launchPipeline(options: LaunchOptions): Promise<LaunchEnd>;
}
