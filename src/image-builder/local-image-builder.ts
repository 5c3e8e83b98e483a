import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuiltImage, ContainerImage, DockerSettings } from "../model/index.ts";
import type { BuildProgress, BundleFiles, EnvironmentPlan, ImageBuilder } from "../stack/image-builder.ts";
import { ensureContainer, planContainer } from "./container-image.ts";
import { ensureEnvironmentImage } from "./environment-image.ts";
import { type PlannedEnvironment, planFor } from "./environment-plan.ts";
import { environmentReference, imageLabels, stepReference } from "./image-names.ts";
import { originOf } from "./image-origin.ts";
import { ImageSettingsError } from "./image-settings-error.ts";
import { normalSettings } from "./normal-settings.ts";
import { resolveParent } from "./parent-image.ts";
import { SharedWork } from "./shared-work.ts";
import { buildStepImage } from "./step-image.ts";

export interface LocalImageBuilderOptions {
  /** Asked for when it is needed, and never disposed of here. */
  readonly engine: () => Promise<ContainerEngine>;
  /** Path of the bundled entrypoint of step containers. */
  readonly entrypoint: { readonly path: string };
  /** Where the lockfile is looked for, and above. */
  readonly projectRoot: string;
  /** For the labels of images. */
  readonly workspaceId?: string;
}

type Ensured = Awaited<ReturnType<ImageBuilder["ensureImage"]>>;

/**
 * Builds images with the engine's own builder; ZenML's `LocalImageBuilder`. To be made anew for each run: what it
 * planned stays as it was then, so that all steps of a run have the same.
 */
export const createLocalImageBuilder = (options: LocalImageBuilderOptions): ImageBuilder =>
  new LocalImageBuilder(options);

class LocalImageBuilder implements ImageBuilder {
  readonly #options: LocalImageBuilderOptions;
  readonly #plans = new SharedWork<PlannedEnvironment>({ keep: true, subject: "an environment" });
  readonly #containers = new SharedWork<EnvironmentPlan>({ keep: true, subject: "an image" });
  readonly #environments = new SharedWork<ImageRecord>({ keep: false, subject: "an environment image" });
  readonly #images = new SharedWork<Ensured>({ keep: false, subject: "a step image" });

  /** References of the step images that were built here, which with `preventBuildReuse` are those that may be used. */
  readonly #built = new Set<string>();

  constructor(options: LocalImageBuilderOptions) {
    this.#options = options;
  }

  get entrypointPath(): string {
    return this.#options.entrypoint.path;
  }

  async planEnvironment(
    settings: DockerSettings,
    externals: readonly string[],
    progress: BuildProgress = {},
  ): Promise<EnvironmentPlan> {
    return (await this.#planned(normalSettings(settings, externals), progress)).plan;
  }

  planContainer(container: ContainerImage, progress: BuildProgress = {}): Promise<EnvironmentPlan> {
    const { projectRoot, engine } = this.#options;
    const work = async () => planContainer({ engine: await engine(), projectRoot }, container, progress);
    return this.#containers.do(JSON.stringify(container), work, progress.signal);
  }

  imageReference(plan: EnvironmentPlan, codeHashes: readonly string[]): string {
    if (plan.container || plan.settings.skipBuild) return plan.parentImage;
    return stepReference(plan, codeHashes);
  }

  ensureImage(plan: EnvironmentPlan, bundles: BundleFiles, progress: BuildProgress = {}): Promise<Ensured> {
    const reference = this.imageReference(plan, [...bundles.keys()]);
    const work = () =>
      plan.container
        ? this.#ensureContainer(plan, progress)
        : this.#ensure(reference, plan, bundles, progress);
    return this.#images.do(reference, work, progress.signal);
  }

  async #ensureContainer(plan: EnvironmentPlan, progress: BuildProgress): Promise<Ensured> {
    const { workspaceId, projectRoot, engine } = this.#options;
    const sources = { engine: await engine(), projectRoot, workspaceId };
    const { record, reused, origin } = await ensureContainer(sources, plan, progress);
    return { image: builtImage(plan.parentImage, plan, record.id), reused, origin };
  }

  async #ensure(
    reference: string,
    plan: EnvironmentPlan,
    bundles: BundleFiles,
    progress: BuildProgress,
  ): Promise<Ensured> {
    const engine = await this.#options.engine();
    const { skipBuild, preventBuildReuse } = plan.settings;
    if (skipBuild) return await this.#asItIs(reference, plan, progress);
    const mayReuse = !preventBuildReuse || this.#built.has(reference);
    const present = mayReuse && (await engine.images.inspect(reference, { signal: progress.signal }));
    if (present) return { image: builtImage(reference, plan, present.id), reused: true };
    const environment = await this.#ensureEnvironment(engine, plan, progress);
    const environmentImage = environmentReference(plan.key);
    const labels = imageLabels("step", plan, this.#options.workspaceId);
    const image = { tag: reference, labels, environment, environmentImage, bundles };
    const built = await buildStepImage(engine, image, progress);
    this.#built.add(reference);
    return { image: builtImage(reference, plan, built.id), reused: false };
  }

  /** The parent image, pulled again if somebody removed it since it was planned. */
  async #asItIs(reference: string, plan: EnvironmentPlan, progress: BuildProgress): Promise<Ensured> {
    const { parentImage: name, platform } = plan.settings;
    const { image } = await resolveParent(await this.#options.engine(), { name, platform }, progress);
    const origin = originOf(image, reference);
    return { image: builtImage(reference, plan, image.id), reused: true, origin };
  }

  #ensureEnvironment(
    engine: ContainerEngine,
    plan: EnvironmentPlan,
    progress: BuildProgress,
  ): Promise<ImageRecord> {
    const work = async () => {
      const planned = await this.#planned(plan.settings, progress);
      if (planned.plan.key !== plan.key) throw outdated(plan, planned.plan);
      return ensureEnvironmentImage(engine, planned, this.#options.workspaceId, progress);
    };
    return this.#environments.do(environmentReference(plan.key), work, progress.signal);
  }

  #planned(settings: DockerSettings, progress: BuildProgress): Promise<PlannedEnvironment> {
    const { projectRoot, entrypoint, engine } = this.#options;
    const work = async () => {
      const sources = { engine: await engine(), projectRoot, entrypointPath: entrypoint.path };
      return planFor(sources, settings, progress);
    };
    return this.#plans.do(JSON.stringify(settings), work, progress.signal);
  }
}

const builtImage = (
  reference: string,
  { key, parentImage }: EnvironmentPlan,
  imageId: string,
): BuiltImage => ({
  ...{ reference, imageId, environmentKey: key, parentImage },
});

/** The plan came from another builder, and what it was made of has changed since. */
const outdated = (plan: EnvironmentPlan, now: EnvironmentPlan): ImageSettingsError => {
  const names = new Set([...Object.keys(plan.ingredients), ...Object.keys(now.ingredients)]);
  const changed = [...names].filter((name) => plan.ingredients[name] !== now.ingredients[name]);
  const text = `The environment ${plan.key.slice(0, 12)} can no longer be built: changed since it was planned: ${changed.join(", ")}.`;
  return new ImageSettingsError(changed[0] ?? "parentImage", undefined, `${text} Plan it again.`);
};
