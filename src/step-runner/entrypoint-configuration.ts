import { createHash } from "node:crypto";

/** Where the images that stepdock builds keep what runs in them. */
export const IMAGE_ROOT = "/stepdock";
export const ENTRYPOINT_IN_IMAGE = `${IMAGE_ROOT}/entrypoint.mjs`;
export const BUNDLES_IN_IMAGE = `${IMAGE_ROOT}/bundles`;

/** What runs whole steps in launcher mode: beside the bundles, or beside the entrypoint. */
export const LAUNCHER_FILE = "launcher.mjs";

/** The file, beside the bundles, of an entrypoint configuration of the user's own; it exports it as `step`. */
export const configurationFile = (source: string): string =>
  `configuration-${createHash("sha256").update(source).digest("hex").slice(0, 16)}.mjs`;

export const CONFIG_SOURCE = "entrypoint_config_source";
export const SNAPSHOT_ID = "snapshot_id";

/** Option name, without dashes → value. */
export type EntrypointValues = Readonly<Record<string, string | undefined>>;

/** What the entrypoint does for a configuration whose `run` asks for it. Ends the process with its exit code. */
export interface EntrypointRuntime {
  /** Runs the step of an assignment; without one, launches the step by the records of the workspace. */
  runStep(configuration: BaseEntrypointConfiguration): Promise<void>;
  /** Launches all steps of the pipeline. */
  runPipeline(configuration: BaseEntrypointConfiguration): Promise<void>;
}

/**
 * Which command a container runs, with which arguments, and what it does. One class for both sides: the host calls its
 * static methods, the container makes an instance and calls `run`. ZenML's `BaseEntrypointConfiguration`.
 */
export abstract class BaseEntrypointConfiguration {
  /**
   * `module#export` of this class, the module relative to the project root: with it the container finds the class again.
   * A subclass of the user's own has to name itself here.
   */
  static readonly source: string = "";
  /** The values of the options that the container was given. */
  readonly arguments: EntrypointValues;
  protected readonly runtime: EntrypointRuntime;

  constructor(values: EntrypointValues, runtime: EntrypointRuntime) {
    this.arguments = values;
    this.runtime = runtime;
  }

  static getEntrypointCommand(): string[] {
    return ["node", ENTRYPOINT_IN_IMAGE];
  }

  /** Names of further options, without dashes. */
  static getCustomEntrypointOptions(): Set<string> {
    return new Set();
  }

  /** What the entrypoint runs. */
  abstract run(): Promise<void>;

  /** The same for all steps of a run, and unique across runs: what the engine calls it, by default `ZENML_RUN_ID`. */
  getOrchestratorRunId(): string | undefined {
    return process.env.ZENML_RUN_ID;
  }

  /** Name of a run that this container is the first of. The same for all steps of a run. */
  getRunName(pipelineName: string): string {
    return process.env.ZENML_RUN_NAME ?? pipelineName;
  }
}
