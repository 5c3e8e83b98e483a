import Dockerode from "dockerode";
import {
  BaseOrchestratorConfig,
  type ComponentServices,
  ContainerizedOrchestrator,
  type EntrypointConfigurationClass,
  type Environment,
  LOCAL_TRAITS,
  type OrchestratorTraits,
  type PipelineRun,
  type PipelineSnapshot,
  type Stack,
  StepEntrypointConfiguration,
  type SubmissionResult,
} from "../../../src/orchestrators.ts";
import type { EntrypointEnd } from "./support.ts";
import { inOrder } from "./support.ts";

const docker = new Dockerode();
const LABEL = "dev.stepdock.test.launcher";

export interface ContainerJob {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Environment;
  /** Mounted at the same path, read-write. */
  readonly workspace: string;
}

/** Runs a container as an engine does that knows nothing of stepdock, and removes it. */
export const runJob = async ({
  image,
  command,
  environment,
  workspace,
}: ContainerJob): Promise<EntrypointEnd> => {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: [...command],
    Cmd: [],
    Env: Object.entries({ HOME: "/tmp", ...environment }).map(([name, value]) => `${name}=${value}`),
    User: `${process.getuid?.()}:${process.getgid?.()}`,
    Labels: { [LABEL]: workspace },
    HostConfig: { Binds: [`${workspace}:${workspace}`], NetworkMode: "none" },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const logs = async (stream: "stdout" | "stderr") =>
      unframed(await container.logs({ [stream]: true, follow: false }));
    return { status: StatusCode, stdout: await logs("stdout"), stderr: await logs("stderr") };
  } finally {
    await container.remove({ force: true });
  }
};

/** Each frame has a header of 8 bytes, of which the last four are its length. */
const unframed = (output: Buffer): string => {
  let text = "";
  for (let at = 0; at < output.length; ) {
    const end = at + 8 + output.readUInt32BE(at + 4);
    text += output.toString("utf8", at + 8, end);
    at = end;
  }
  return text;
};

export interface DockerRunOptions {
  readonly traits?: Partial<OrchestratorTraits>;
  /** One container for the whole pipeline, started with this. */
  readonly pipeline?: EntrypointConfigurationClass & {
    getEntrypointCommand(): string[];
    getEntrypointArguments(given: { snapshotId: string }): string[];
  };
}

/** ZenML's example of an orchestrator: for each step its image, its environment, and off it goes. */
export class DockerRunOrchestrator extends ContainerizedOrchestrator {
  readonly flavor = "docker_run";
  override readonly traits: OrchestratorTraits;
  override readonly entrypointConfigurations: readonly EntrypointConfigurationClass[];
  readonly ends = new Map<string, EntrypointEnd>();
  readonly used = new Set<string>();
  readonly #pipeline: DockerRunOptions["pipeline"];

  constructor({ traits, pipeline }: DockerRunOptions, services: ComponentServices) {
    super({ name: "docker_run", id: "docker_run", config: BaseOrchestratorConfig.parse({}) }, services);
    this.traits = { ...LOCAL_TRAITS, ...traits };
    this.#pipeline = pipeline;
    this.entrypointConfigurations = pipeline ? [pipeline] : [StepEntrypointConfiguration];
  }

  getOrchestratorRunId(): string {
    return process.env.ZENML_RUN_ID ?? "";
  }

  override shouldBuildPipelineImage(): boolean {
    return this.#pipeline !== undefined;
  }

  async submitPipeline(
    snapshot: PipelineSnapshot,
    _stack: Stack,
    base: Environment,
    environments: Readonly<Record<string, Environment>>,
    _placeholder: PipelineRun,
  ): Promise<SubmissionResult> {
    const work = this.#pipeline ? this.#runWhole(snapshot, base) : this.#runEach(snapshot, environments);
    return { waitForCompletion: () => work };
  }

  async #runWhole(snapshot: PipelineSnapshot, environment: Environment): Promise<void> {
    const command = [
      ...(this.#pipeline?.getEntrypointCommand() ?? []),
      ...(this.#pipeline?.getEntrypointArguments({ snapshotId: snapshot.id }) ?? []),
    ];
    await this.#job("pipeline", { image: this.getImage(snapshot), command, environment });
  }

  #runEach(snapshot: PipelineSnapshot, environments: Readonly<Record<string, Environment>>): Promise<void> {
    return inOrder(snapshot, (id) =>
      this.#job(id, {
        image: this.getImage(snapshot, id),
        environment: environments[id] ?? {},
        command: [
          ...StepEntrypointConfiguration.getEntrypointCommand(),
          ...StepEntrypointConfiguration.getEntrypointArguments({ stepName: id, snapshotId: snapshot.id }),
        ],
      }),
    );
  }

  async #job(id: string, job: Omit<ContainerJob, "workspace">): Promise<number | null> {
    this.used.add(job.image);
    const end = await runJob({ ...job, workspace: this.services.paths.root });
    this.ends.set(id, end);
    return end.status;
  }
}

/** Removes the images of a test's steps; their environment stays, for others. */
export const removeImages = async (images: Iterable<string>): Promise<void> => {
  for (const image of images) await docker.getImage(image).remove({ force: true });
};
