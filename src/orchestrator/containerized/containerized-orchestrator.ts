import { randomUUID } from "node:crypto";
import type {
  Build,
  BuiltImage,
  Container,
  DockerSettings,
  Invocation,
  PipelineSnapshot,
} from "../../model/index.ts";
import type { BundleFiles } from "../../stack/image-builder.ts";
import type { Stack } from "../../stack/stack.ts";
import { checkRequired, type StackValidator } from "../../stack/stack-validator.ts";
import type { PlanEnvironment, StepEnvironments } from "../../step-launcher/port.ts";
import { StepEntrypointConfiguration } from "../../step-runner/step-entrypoint-configuration.ts";
import type { ActiveRun } from "../base/active-run.ts";
import { BaseOrchestrator } from "../base/base-orchestrator.ts";
import type { BaseOrchestratorConfig } from "../base/config.ts";
import { NotSupportedError } from "../base/errors.ts";
import { openInvocations } from "../base/open-invocations.ts";
import type { PlanRequest, RunRequest } from "../base/services.ts";
import { type EntrypointConfigurationClass, launcherFiles } from "./launcher-files.ts";
import { type ImageOfInvocations, StepImages, type StepImagesOptions } from "./step-images.ts";

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
    const { onOutput } = request;
    const images = stepImages(this, stack, request, {
      whole: this.shouldBuildPipelineImage(request.snapshot),
      emit: (event) => {
        if (event.event === "build_output") onOutput?.(event.line);
      },
    });
    return {
      environmentOf: (invocation) => images.environmentOf(invocation),
      imageOf: (invocation) => images.referenceOf(invocation),
    };
  }

  /** The images of the active run. */
  protected async images(stack: Stack): Promise<StepImages> {
    if (this.#images?.run !== this.active) {
      this.#images = { run: this.active, images: this.#openImages(stack, this.active) };
    }
    return await this.#images.images;
  }

  protected override environments(stack: Stack): Promise<StepEnvironments> {
    return this.images(stack);
  }

  async #extras({ projectRoot }: RunRequest): Promise<BundleFiles | undefined> {
    return this.runsElsewhere ? await launcherFiles(this.entrypointConfigurations, projectRoot) : undefined;
  }

  async #openImages(stack: Stack, { request, context }: ActiveRun): Promise<StepImages> {
    const { metadata, run, emit } = context;
    const buildId = run.buildId ?? request.imagesOf?.buildId;
    const build = buildId ? await metadata.getBuild(buildId) : undefined;
    return stepImages(this, stack, request, {
      emit,
      whole: this.shouldBuildPipelineImage(request.snapshot),
      extras: await this.#extras(request),
      known: knownImages(build),
      onBuilt: async (built) => {
        const next = toBuild(run.snapshotId, built, this.services.now().toISOString());
        await metadata.saveBuild(next);
        await metadata.updateRun(run.id, { buildId: next.id });
      },
    });
  }

  /** Parent images and packages are looked up before anything is recorded as run: they are where most goes wrong. */
  protected override async validate(request: RunRequest, stack: Stack): Promise<void> {
    const images = await this.images(stack);
    await Promise.all(images.groups.map(({ invocations }) => planFirst(images, invocations)));
    // Images of services, too.
    await Promise.all(Object.values(request.snapshot.invocations).map((each) => images.environmentOf(each)));
    await super.validate(request, stack);
  }
}

const planFirst = async (images: StepImages, [first]: readonly Invocation[]): Promise<void> => {
  if (first) await images.planOf(first);
};

const stepImages = (
  orchestrator: { readonly name: string },
  stack: Stack,
  { snapshot, bundles }: PlanRequest,
  options: Omit<StepImagesOptions, "builder" | "snapshot" | "bundles">,
): StepImages => {
  const { imageBuilder: builder, containerRegistry: registry } = stack;
  // A plan is asked for without a run, which would have found it out.
  checkRequired(stack);
  if (!builder)
    throw new TypeError(
      `orchestrator "${orchestrator.name}" of stack "${stack.name}" takes no image builder`,
    );
  return new StepImages({ builder, registry, snapshot, bundles, ...options });
};

const knownImages = (build: Build | undefined): ReadonlyMap<string, BuiltImage> =>
  new Map(
    Object.entries(build?.invocations ?? {}).flatMap(([id, index]) => {
      const image = build?.images[index];
      return image ? [[id, image] as const] : [];
    }),
  );

const toBuild = (snapshotId: string, built: readonly ImageOfInvocations[], createdAt: string): Build => ({
  id: randomUUID(),
  snapshotId,
  createdAt,
  images: built.map(({ image }) => image),
  invocations: Object.fromEntries(
    built.flatMap(({ invocations }, index) => invocations.map((id) => [id, index])),
  ),
});
