import * as z from "zod/mini";
import type { PipelineRun, PipelineSnapshot } from "../../model/index.ts";
import type { Flavor } from "../../stack/component.ts";
import type { Stack } from "../../stack/stack.ts";
import type { StepExecutor } from "../../step-launcher/port.ts";
import type { Environment } from "../base/base-orchestrator.ts";
import { BaseOrchestratorConfig } from "../base/config.ts";
import { NotSupportedError } from "../base/errors.ts";
import { openInvocations } from "../base/open-invocations.ts";
import type { OrchestratorServices, RunRequest } from "../base/services.ts";
import { ownSteps } from "../base/step-operators.ts";
import type { SubmissionResult } from "../base/submission.ts";
import { checkContainers } from "../containerized/check-containers.ts";
import { ContainerizedOrchestrator } from "../containerized/containerized-orchestrator.ts";
import { containerLimits } from "../containerized/limits.ts";

/** Loaded once something is to be executed: where all is cached, nothing is. */
const containers = () => import("../containerized/run-containers.ts");
const dag = () => import("../base/run-dag.ts");

export const LocalDockerOrchestratorConfig = z.extend(BaseOrchestratorConfig, {
  /** Steps that may run at once. Default: the engine's CPUs. */
  maxParallelism: z.optional(z.int().check(z.positive())),
  /**
   * Steps whose containers are created, started and parked before they are needed; 0: none. Default: as many as may run
   * at once, and at least 2.
   */
  lookahead: z.optional(z.int().check(z.nonnegative())),
  /** How many of these may be started at a time. */
  concurrentStarts: z._default(z.int().check(z.positive()), 4),
  /** The order among ready steps: by layer, then longest remaining path; or the longest remaining path first. */
  scheduling: z._default(z.enum(["layers", "critical-path"]), "layers"),
  ...containerLimits,
});
export type LocalDockerOrchestratorConfig = z.infer<typeof LocalDockerOrchestratorConfig>;

/**
 * Runs each step in a container of its own on an engine of this machine, in parallel as far as the DAG allows. ZenML's
 * `LocalDockerOrchestrator`, which runs them one after the other, ignores resources and leaves containers behind.
 */
export class LocalDockerOrchestrator extends ContainerizedOrchestrator<LocalDockerOrchestratorConfig> {
  readonly flavor = "local_docker";

  getOrchestratorRunId(): string {
    const id = this.activeRunId ?? process.env.ZENML_RUN_ID;
    if (id === undefined) throw new NotSupportedError("There is no run: ZENML_RUN_ID is not set.");
    return id;
  }

  override get canRunIsolatedSteps(): boolean {
    return true;
  }

  async submitPipeline(
    _snapshot: PipelineSnapshot,
    _stack: Stack,
    _baseEnvironment: Environment,
    _stepEnvironments: Readonly<Record<string, Environment>>,
    _placeholderRun: PipelineRun,
  ): Promise<SubmissionResult> {
    return { waitForCompletion: () => this.#runAll() };
  }

  /** Also what the engine will never have: before any step is run for nothing. */
  protected override async validate(request: RunRequest, stack: Stack): Promise<void> {
    const invocations = Object.values(ownSteps(request.snapshot, stack).invocations);
    await checkContainers(invocations, this.active, this.services);
    await super.validate(request, stack);
  }

  protected override async executor(): Promise<StepExecutor & AsyncDisposable> {
    const { active, stack, services, config } = this;
    const { openContainers } = await containers();
    return await openContainers({ active, stack }, services, {
      ...{ images: await this.images(stack), pidsLimit: config.pidsLimit },
      stopGracePeriod: config.stopGracePeriod,
    });
  }

  protected override async removeLeftovers(runId: string): Promise<void> {
    const { removeContainersOf } = await containers();
    await removeContainersOf(runId, this.services);
  }

  async #runAll(): Promise<void> {
    const [{ removeOrphans }, { runDag }] = await Promise.all([containers(), dag()]);
    await removeOrphans(this.active, this.services);
    const executor = await this.stepExecutor();
    await this.#beginImages();
    const { signals, resume, ...request } = this.active.request;
    const { scheduling = this.config.scheduling, concurrentStarts = this.config.concurrentStarts } = request;
    const maxParallelism = await this.#maxParallelism();
    const lookahead = request.lookahead ?? this.config.lookahead ?? Math.max(2, maxParallelism);
    const speed = { scheduling, lookahead, concurrentStarts };
    await runDag(this.active.context, { executor, signals, maxParallelism, ...speed });
    // Whoever died may have recorded the end of a step, and not have removed its container yet.
    if (resume) await this.removeLeftovers(resume.id);
  }

  /** Of all steps that are left to be executed, at once. */
  async #beginImages(): Promise<void> {
    const { context, request } = this.active;
    const open = openInvocations({ ...context, snapshot: ownSteps(context.snapshot, this.stack) });
    await (await this.images(this.stack)).begin(open, request.signals.signal);
  }

  async #maxParallelism(): Promise<number> {
    const asked = this.active.request.maxParallelism ?? this.config.maxParallelism;
    return asked ?? (await (await this.services.engine()).info()).cpus;
  }
}

export const localDockerOrchestratorFlavor: Flavor<
  LocalDockerOrchestrator,
  LocalDockerOrchestratorConfig,
  OrchestratorServices
> = {
  name: "local_docker",
  type: "orchestrator",
  configSchema: LocalDockerOrchestratorConfig,
  create: (identity, services) => new LocalDockerOrchestrator(identity, services),
};
