import * as z from "zod/mini";
import type { Flavor } from "../../stack/component.ts";
import type { ComponentServices } from "../../stack/services.ts";
import type { Stack } from "../../stack/stack.ts";
import type { StackValidator } from "../../stack/stack-validator.ts";
import type { PlanEnvironment, StepExecutor } from "../../step-launcher/port.ts";
import { BaseStepOperator, type OperatedRun } from "../base/base-step-operator.ts";
import type { PlanRequest } from "../base/services.ts";
import { checkContainers, openContainers, removeOrphans } from "../containerized/run-containers.ts";
import { checkImages, openRunImages, planImages } from "../containerized/run-images.ts";
import type { StepImages } from "../containerized/step-images.ts";

export const DockerStepOperatorConfig = z.strictObject({
  /** Seconds that a step has between SIGTERM and SIGKILL. */
  stopGracePeriod: z._default(z.number().check(z.nonnegative()), 10),
  /** Processes and threads that a step may have at once. */
  pidsLimit: z._default(z.int().check(z.positive()), 4096),
});
export type DockerStepOperatorConfig = z.infer<typeof DockerStepOperatorConfig>;

/** Executes a step as `local_docker` would: in a container of its own, on an engine of this machine. */
export class DockerStepOperator extends BaseStepOperator<DockerStepOperatorConfig> {
  readonly flavor = "docker";
  #images: { readonly run: OperatedRun["active"]; readonly images: Promise<StepImages> } | undefined;

  override get validator(): StackValidator {
    return { requiredComponents: ["image_builder"] };
  }

  /** Then one engine is shared out once, and each image has one record. */
  override isServedBy({ orchestrator }: Stack): boolean {
    return orchestrator.flavor === "local_docker";
  }

  override async validate(run: OperatedRun): Promise<void> {
    await checkContainers(Object.values(run.snapshot.invocations), run.active, this.services);
    await checkImages(await this.#imagesOf(run));
  }

  override planEnvironment(request: PlanRequest, stack: Stack): PlanEnvironment {
    return planImages(stack, request);
  }

  async open(run: OperatedRun): Promise<StepExecutor & AsyncDisposable> {
    const { stopGracePeriod, pidsLimit } = this.config;
    const images = await this.#imagesOf(run);
    return await openContainers(run, this.services, { images, stopGracePeriod, pidsLimit });
  }

  /** A registry that is down ends the run before any of its steps. */
  override async prepare(run: OperatedRun): Promise<void> {
    await removeOrphans(run.active, this.services);
    const open = Object.values(run.snapshot.invocations);
    await (await this.#imagesOf(run)).begin(open, run.active.request.signals.signal);
  }

  #imagesOf({ active, stack, snapshot }: OperatedRun): Promise<StepImages> {
    if (this.#images?.run !== active) {
      this.#images = { run: active, images: openRunImages(stack, active, { snapshot }) };
    }
    return this.#images.images;
  }
}

export const dockerStepOperatorFlavor: Flavor<
  DockerStepOperator,
  DockerStepOperatorConfig,
  ComponentServices
> = {
  name: "docker",
  type: "step_operator",
  configSchema: DockerStepOperatorConfig,
  create: (identity, services) => new DockerStepOperator(identity, services),
};
