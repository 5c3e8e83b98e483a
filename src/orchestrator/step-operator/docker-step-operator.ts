import * as z from "zod/mini";
import type { Flavor } from "../../stack/component.ts";
import type { ComponentServices } from "../../stack/services.ts";
import type { Stack } from "../../stack/stack.ts";
import type { StackValidator } from "../../stack/stack-validator.ts";
import type { PlanEnvironment, StepExecutor } from "../../step-launcher/port.ts";
import { BaseStepOperator, type OperatedRun } from "../base/base-step-operator.ts";
import type { PlanRequest } from "../base/services.ts";
import { checkContainers } from "../containerized/check-containers.ts";
import { containerLimits } from "../containerized/limits.ts";
import { checkImages, openRunImages, planImages } from "../containerized/run-images.ts";
import type { StepImages } from "../containerized/step-images.ts";

/** Loaded once something is to be executed. */
const containers = () => import("../containerized/run-containers.ts");

export const DockerStepOperatorConfig = z.strictObject(containerLimits);
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
    const { openContainers } = await containers();
    return await openContainers(run, this.services, { images, stopGracePeriod, pidsLimit });
  }

  /** A registry that is down ends the run before any of its steps. */
  override async prepare(run: OperatedRun): Promise<void> {
    const { removeOrphans } = await containers();
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
