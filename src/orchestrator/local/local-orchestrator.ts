import * as z from "zod/mini";
import type { PipelineRun, PipelineSnapshot } from "../../model/index.ts";
import type { Flavor } from "../../stack/component.ts";
import type { Stack } from "../../stack/stack.ts";
import type { PlanEnvironment, StepExecutor } from "../../step-launcher/port.ts";
import { BaseOrchestrator, type Environment } from "../base/base-orchestrator.ts";
import { BaseOrchestratorConfig } from "../base/config.ts";
import { NotSupportedError } from "../base/errors.ts";
import { processEnvironment } from "../base/process-environment.ts";
import { refuseContainers } from "../base/refuse-containers.ts";
import type { OrchestratorServices, PlanRequest, RunRequest } from "../base/services.ts";
import { planWithStepOperators } from "../base/step-operators.ts";
import type { SubmissionResult } from "../base/submission.ts";
import { InProcessExecutor } from "./in-process-executor.ts";

export const LocalOrchestratorConfig = z.extend(BaseOrchestratorConfig, {
  /** Steps that may run at once. Default 1: they share this process. */
  maxParallelism: z._default(z.int().check(z.positive()), 1),
});
export type LocalOrchestratorConfig = z.infer<typeof LocalOrchestratorConfig>;

/** Runs all steps in this process: no engine, no isolation, for development. ZenML's `LocalOrchestrator`. */
export class LocalOrchestrator extends BaseOrchestrator<LocalOrchestratorConfig> {
  readonly flavor = "local";

  getOrchestratorRunId(): string {
    if (this.activeRunId === undefined) throw new NotSupportedError("There is no run in this process.");
    return this.activeRunId;
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

  protected override async validate({ snapshot }: RunRequest): Promise<void> {
    refuseContainers({ stack: this.name, instead: INSTEAD }, snapshot);
  }

  override planEnvironment(request: PlanRequest, stack: Stack): PlanEnvironment {
    refuseContainers({ stack: this.name, instead: INSTEAD }, request.snapshot);
    const own = { environmentOf: async () => processEnvironment(), imageOf: async () => null };
    return planWithStepOperators(own, request, stack);
  }

  protected override async executor(): Promise<StepExecutor> {
    const { context, request } = this.active;
    return new InProcessExecutor({
      bundles: request.bundles,
      bundlesPath: context.paths.bundles,
      artifactStore: context.artifactStore,
    });
  }

  async #runAll(): Promise<void> {
    const { context, request } = this.active;
    const { runDag } = await import("../base/run-dag.ts");
    const executor = await this.stepExecutor();
    const maxParallelism = request.maxParallelism ?? this.config.maxParallelism;
    await runDag(context, { executor, signals: request.signals, maxParallelism });
    // Whoever died may have recorded the end of a step, and not have removed its container yet.
    if (request.resume) await this.removeLeftovers(request.resume.id);
  }

  protected override async removeLeftovers(runId: string): Promise<void> {
    const { removeOperatedContainers } = await import("../containerized/run-containers.ts");
    await removeOperatedContainers(runId, this.services);
  }
}

const INSTEAD = "runs steps in this process";

export const localOrchestratorFlavor: Flavor<
  LocalOrchestrator,
  LocalOrchestratorConfig,
  OrchestratorServices
> = {
  name: "local",
  type: "orchestrator",
  configSchema: LocalOrchestratorConfig,
  create: (identity, services) => new LocalOrchestrator(identity, services),
};
