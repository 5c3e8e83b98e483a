import type { Build, Container, DockerSettings, PipelineSnapshot } from "../../model/index.ts";
import type { BundleFiles } from "../../stack/image-builder.ts";
import type { Stack } from "../../stack/stack.ts";
import type { StackValidator } from "../../stack/stack-validator.ts";
import type { PlanEnvironment, StepEnvironments } from "../../step-launcher/port.ts";
import { StepEntrypointConfiguration } from "../../step-runner/step-entrypoint-configuration.ts";
import type { ActiveRun } from "../base/active-run.ts";
import { BaseOrchestrator } from "../base/base-orchestrator.ts";
import type { BaseOrchestratorConfig } from "../base/config.ts";
import { NotSupportedError } from "../base/errors.ts";
import { openInvocations } from "../base/open-invocations.ts";
import type { PlanRequest, RunRequest } from "../base/services.ts";
import { ownSteps, planWithStepOperators } from "../base/step-operators.ts";
import { type EntrypointConfigurationClass, launcherFiles } from "./launcher-files.ts";
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

  #build: Build | undefined;

  /**
   * The entrypoint configurations that containers of this orchestrator are started with. Those of the user's own have to
   * be here to be in the images.
   */
  readonly entrypointConfigurations: readonly EntrypointConfigurationClass[] = [StepEntrypointConfiguration];

  /** Whether all steps share one image, so that one container can run the whole pipeline. Default false. */
  shouldBuildPipelineImage(_snapshot: PipelineSnapshot): boolean {
    return false;
  }

  override get validator(): StackValidator {
    return { requiredComponents: ["image_builder"] };
  }

  /** The images that the snapshot needs: one for all invocations with equal docker settings, or the same container. */
  getDockerBuilds(snapshot: PipelineSnapshot): BuildConfiguration[] {
    const whole = this.shouldBuildPipelineImage(snapshot);
    const groups = Map.groupBy(
      Object.values(snapshot.invocations),
      ({ settings, externals, container: { image, build } = {} }) =>
        JSON.stringify([settings.docker ?? {}, whole ? [] : externals, image, build]),
    );
    return [...groups.values()].map(([first, ...others]) => ({
      settings: first?.settings.docker ?? {},
      ...(first?.container && { container: first.container }),
      invocations: [first, ...others].flatMap((invocation) => invocation?.id ?? []),
    }));
  }

  /**
   * The image that a step runs in; without a step, the one that all of them share. To be asked for in `submitPipeline`,
   * when all images are there.
   */
  getImage(snapshot: PipelineSnapshot, invocationId?: string): string {
    const id = invocationId ?? Object.keys(snapshot.invocations)[0] ?? "";
    if (invocationId === undefined && !this.shouldBuildPipelineImage(snapshot)) {
      throw new NotSupportedError(
        `Pipeline "${snapshot.pipelineName}" has no image of its own: have shouldBuildPipelineImage return true.`,
      );
    }
    const image = this.#build?.images[this.#build.invocations[id] ?? -1];
    if (image && this.#build?.snapshotId === snapshot.id) return image.reference;
    throw new NotSupportedError(`No image was built for "${id}" of pipeline "${snapshot.pipelineName}".`);
  }

  protected override async prepare(stack: Stack): Promise<void> {
    if (this.runsElsewhere) await this.buildImages(stack);
  }

  /** Builds the images of all steps that are left to be run. */
  protected async buildImages(stack: Stack): Promise<void> {
    const { context, request } = this.active;
    const images = await this.images(stack);
    const { signal } = request.signals;
    await Promise.all(openInvocations(context).map((invocation) => images.imageOf(invocation, signal)));
    const { buildId } = await context.metadata.findRun(context.run.id);
    this.#build = buildId === null ? undefined : await context.metadata.getBuild(buildId);
  }

  override planEnvironment(request: PlanRequest, stack: Stack): PlanEnvironment {
    const snapshot = ownSteps(request.snapshot, stack);
    const images = planImages(
      stack,
      { ...request, snapshot },
      {
        whole: this.shouldBuildPipelineImage(snapshot),
        extras: () => this.#extras(this.services),
      },
    );
    return planWithStepOperators(images, request, stack);
  }

  /** The images of the active run. */
  protected async images(stack: Stack): Promise<StepImages> {
    if (this.#images?.run !== this.active) {
      this.#images = {
        run: this.active,
        images: this.#openImages(stack, this.active),
      };
    }
    return await this.#images.images;
  }

  protected override environments(stack: Stack): Promise<StepEnvironments> {
    return this.images(stack);
  }

  async #extras({ projectRoot }: Pick<RunRequest, "projectRoot">): Promise<BundleFiles | undefined> {
    return this.runsElsewhere ? await launcherFiles(this.entrypointConfigurations, projectRoot) : undefined;
  }

  async #openImages(stack: Stack, active: ActiveRun): Promise<StepImages> {
    const snapshot = ownSteps(active.request.snapshot, stack);
    const whole = this.shouldBuildPipelineImage(snapshot);
    return await openRunImages(stack, active, {
      snapshot,
      whole,
      extras: await this.#extras(active.request),
    });
  }

  /** Parent images and packages are looked up before anything is recorded as run: they are where most goes wrong. */
  protected override async validate(request: RunRequest, stack: Stack): Promise<void> {
    await checkImages(await this.images(stack));
    await super.validate(request, stack);
  }
}
