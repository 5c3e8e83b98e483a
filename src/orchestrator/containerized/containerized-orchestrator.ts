import type { Build, Container, DockerSettings, PipelineSnapshot } from "../../model/index.ts";
import type { Stack } from "../../stack/stack.ts";
import type { StackValidator } from "../../stack/stack-validator.ts";
import type { PlanEnvironment, StepEnvironments } from "../../step-launcher/port.ts";
import type { ActiveRun } from "../base/active-run.ts";
import { BaseOrchestrator } from "../base/base-orchestrator.ts";
import type { BaseOrchestratorConfig } from "../base/config.ts";
import { NotSupportedError } from "../base/errors.ts";
import type { PlanRequest, RunRequest } from "../base/services.ts";
import { ownSteps, planWithStepOperators } from "../base/step-operators.ts";
import { checkImages, openRunImages, planImages } from "./run-images.ts";
import type { StepImages } from "./step-images.ts";

/** An image that a snapshot needs, before it is built; ZenML's `BuildConfiguration`. */
export interface BuildConfiguration {
  readonly settings: DockerSettings;
  /** Present: the image of container steps. */
  readonly container?: Container;
  readonly invocations: readonly string[];
}

/** Base of orchestrators that run each step in a container of an image. ZenML's `ContainerizedOrchestrator`. */
export abstract class ContainerizedOrchestrator<
  Config extends BaseOrchestratorConfig = BaseOrchestratorConfig,
> extends BaseOrchestrator<Config> {
  #images: { readonly run: ActiveRun; readonly images: Promise<StepImages> } | undefined;

  override get validator(): StackValidator {
    return { requiredComponents: ["image_builder"] };
  }

  /** The images that the snapshot needs: one for all invocations with equal docker settings, or the same container. */
  getDockerBuilds(snapshot: PipelineSnapshot): BuildConfiguration[] {
    const groups = Map.groupBy(
      Object.values(snapshot.invocations),
      ({ settings, externals, container: { image, build } = {} }) =>
        JSON.stringify([settings.docker ?? {}, externals, image, build]),
    );
    return [...groups.values()].map(([first, ...others]) => ({
      settings: first?.settings.docker ?? {},
      ...(first?.container && { container: first.container }),
      invocations: [first, ...others].flatMap((invocation) => invocation?.id ?? []),
    }));
  }

  /** The image that a step runs in, from the build. */
  getImage(build: Build, invocationId: string): string {
    const image = build.images[build.invocations[invocationId] ?? -1];
    if (!image) throw new NotSupportedError(`The build ${build.id} has no image for "${invocationId}".`);
    return image.reference;
  }

  override planEnvironment(request: PlanRequest, stack: Stack): PlanEnvironment {
    const snapshot = ownSteps(request.snapshot, stack);
    return planWithStepOperators(planImages(stack, { ...request, snapshot }), request, stack);
  }

  /** The images of the active run. */
  protected async images(stack: Stack): Promise<StepImages> {
    if (this.#images?.run !== this.active) {
      this.#images = {
        run: this.active,
        images: openRunImages(stack, this.active, ownSteps(this.active.request.snapshot, stack)),
      };
    }
    return await this.#images.images;
  }

  protected override environments(stack: Stack): Promise<StepEnvironments> {
    return this.images(stack);
  }

  /** Parent images and packages are looked up before anything is recorded as run: they are where most goes wrong. */
  protected override async validate(request: RunRequest, stack: Stack): Promise<void> {
    await checkImages(await this.images(stack));
    await super.validate(request, stack);
  }
}
