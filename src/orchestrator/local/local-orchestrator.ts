import * as z from "zod/mini";
import type { PipelineRun, PipelineSnapshot } from "../../model/index.ts";
import type { Flavor } from "../../stack/component.ts";
import type { Stack } from "../../stack/stack.ts";
import type { PlanEnvironment, StepExecutor } from "../../step-launcher/port.ts";
import { BaseOrchestrator, type Environment } from "../base/base-orchestrator.ts";
import { BaseOrchestratorConfig } from "../base/config.ts";
import { NotSupportedError } from "../base/errors.ts";
import { processEnvironment } from "../base/process-environment.ts";
import { runDag } from "../base/run-dag.ts";
import type { OrchestratorServices, PlanRequest, RunRequest } from "../base/services.ts";
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
    const { context, request } = this.active;
    const maxParallelism = request.maxParallelism ?? this.config.maxParallelism;
    return {
      waitForCompletion: async () =>
        runDag(context, { executor: await this.executor(), signals: request.signals, maxParallelism }),
    };
  }

  protected override async validate({ snapshot }: RunRequest): Promise<void> {
    refuseContainerSteps(this.name, snapshot);
    const served = Object.values(snapshot.invocations).find(({ settings }) => settings.services);
    if (!served) return;
    throw new NotSupportedError(
      `Step "${served.id}" has services, which the orchestrator "local" does not start: its steps run in this process. ` +
        "Run it with local_docker.",
    );
  }

  override planEnvironment({ snapshot }: PlanRequest): PlanEnvironment {
    refuseContainerSteps(this.name, snapshot);
    return { environmentOf: async () => processEnvironment(), imageOf: async () => null };
  }

  protected override async executor(): Promise<StepExecutor> {
    const { context, request } = this.active;
    return new InProcessExecutor({
      bundles: request.bundles,
      bundlesPath: context.paths.bundles,
      artifactStore: context.artifactStore,
    });
  }
}

/** There is no process to take their place: a container step is a command in an image. */
const refuseContainerSteps = (name: string, { invocations }: PipelineSnapshot): void => {
  const ids = Object.values(invocations).flatMap(({ id, container }) => (container ? [`"${id}"`] : []));
  if (ids.length === 0) return;
  throw new NotSupportedError(
    `Stack "${name}" runs steps in this process, and ${ids.join(", ")} ${ids.length === 1 ? "is a container step" : "are container steps"}, ` +
      "which need an engine. Run on the stack local_docker, the default: leave out --stack, or give --stack local_docker.",
  );
};

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
