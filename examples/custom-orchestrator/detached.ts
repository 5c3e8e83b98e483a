import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  BaseOrchestratorConfig,
  type BaseOrchestratorFlavor,
  ContainerizedOrchestrator,
  type Environment,
  LOCAL_TRAITS,
  type OrchestratorTraits,
  PipelineEntrypointConfiguration,
  type PipelineRun,
  type PipelineSnapshot,
  type Stack,
  type SubmissionResult,
} from "stepdock/orchestrators";
import * as z from "zod/mini";

export const DetachedOrchestratorConfig = z.extend(BaseOrchestratorConfig, {
  /** Command line of the engine: docker, podman, nerdctl. */
  engine: z._default(z.string().check(z.minLength(1)), "docker"),
  /** Address of the engine, as its `--host` (of Podman: `--url`) takes it. Default: where its command line looks. */
  endpoint: z.optional(z.string()),
  /** What the steps can reach. */
  network: z._default(z.string(), "none"),
  /** Further options of `run`: `["--cpus=2", "--memory=4g"]`. */
  runOptions: z._default(z.array(z.string()), []),
});
export type DetachedOrchestratorConfig = z.infer<typeof DetachedOrchestratorConfig>;

/**
 * Has a whole pipeline run in one container and returns at once: the run goes on when the terminal is closed, as long as
 * the engine lives. Each step is a process in it.
 */
export class DetachedOrchestrator extends ContainerizedOrchestrator<DetachedOrchestratorConfig> {
  readonly flavor = "detached";
  override readonly traits: OrchestratorTraits = { ...LOCAL_TRAITS, isSynchronous: false };

  getOrchestratorRunId(): string {
    const id = process.env.ZENML_RUN_ID ?? this.activeRunId;
    if (id === undefined) throw new Error("ZENML_RUN_ID is not set: there is no run here.");
    return id;
  }

  override shouldBuildPipelineImage(): boolean {
    return true;
  }

  async submitPipeline(
    snapshot: PipelineSnapshot,
    _stack: Stack,
    environment: Environment,
    _stepEnvironments: Readonly<Record<string, Environment>>,
    placeholderRun: PipelineRun,
  ): Promise<SubmissionResult> {
    const { network, runOptions } = this.config;
    const { root } = this.services.paths;
    const name = containerOf(placeholderRun.id);
    const [program = "", ...command] = PipelineEntrypointConfiguration.getEntrypointCommand();
    const args = PipelineEntrypointConfiguration.getEntrypointArguments({ snapshotId: snapshot.id });
    await this.#engine([
      ...["run", "--detach", "--rm", "--init", `--name=${name}`, `--network=${network}`],
      ...["--cap-drop=ALL", "--security-opt=no-new-privileges"],
      ...[`--user=${process.getuid?.()}:${process.getgid?.()}`, `--volume=${root}:${root}`],
      ...Object.entries({ HOME: "/tmp", ...environment }).map(([key, value]) => `--env=${key}=${value}`),
      ...[...runOptions, `--entrypoint=${program}`, this.getImage(snapshot), ...command, ...args],
    ]);
    return { metadata: { container: name } };
  }

  /** What `stepdock stop` could not end: a container whose launcher has not begun, or does not answer. */
  protected override async removeLeftovers(runId: string): Promise<void> {
    const container = containerOf(runId);
    if ((await this.#engine(["ps", "--all", "--quiet", `--filter=name=^${container}$`])) !== "")
      await this.#engine(["rm", "--force", container]);
  }

  async #engine(args: readonly string[]): Promise<string> {
    const { engine, endpoint } = this.config;
    const address = endpoint === undefined ? [] : [/podman$/.test(engine) ? "--url" : "--host", endpoint];
    const { stdout } = await promisify(execFile)(engine, [...address, ...args]);
    return stdout.trim();
  }
}

const containerOf = (runId: string): string => `stepdock-detached-${runId}`;

export const detachedFlavor: BaseOrchestratorFlavor<DetachedOrchestrator, DetachedOrchestratorConfig> = {
  name: "detached",
  type: "orchestrator",
  configSchema: DetachedOrchestratorConfig,
  create: (identity, services) => new DetachedOrchestrator(identity, services),
};
