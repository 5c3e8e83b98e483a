import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { ContainerImage } from "../model/index.ts";
import type { BuildProgress, EnvironmentPlan } from "../stack/image-builder.ts";
import { hashJson } from "../util/canonical.ts";
import { packRoot } from "./base-image-root.ts";
import { type BuildContext, type ContainerBuild, readBuildContext } from "./build-context.ts";
import { buildIngredients } from "./build-ingredients.ts";
import { containerReference, imageLabels } from "./image-names.ts";
import { originOf } from "./image-origin.ts";
import { changedMeanwhile } from "./image-settings-error.ts";
import { type ParentImage, resolveParent } from "./parent-image.ts";

export interface ContainerImageSources {
  readonly engine: ContainerEngine;
  readonly projectRoot: string;
  readonly workspaceId?: string | undefined;
}

/** What the image of a container step is: its content where it is named, what it is made of where it is built. */
export const planContainer = async (
  { engine, projectRoot }: ContainerImageSources,
  container: ContainerImage,
  progress: BuildProgress,
): Promise<EnvironmentPlan> => {
  const { image, build } = container;
  if (build) {
    const context = await readBuildContext(projectRoot, build, progress.signal);
    const ingredients = ingredientsOf(build, context);
    const key = hashJson(ingredients);
    return { key, parentImage: containerReference(key), ingredients, settings: {}, container };
  }
  const { reference, content } = await resolveParent(engine, { name: image }, progress);
  return { ...named(content), parentImage: reference, settings: {}, container };
};

const named = (content: string) => {
  const ingredients = { image: content };
  return { key: hashJson(ingredients), ingredients };
};

const ingredientsOf = ({ target, args }: ContainerBuild, { recipe, contentHash }: BuildContext) =>
  buildIngredients({ recipe, context: contentHash, target, args });

/** The image of a plan, which the engine has when this resolves. */
export const ensureContainer = async (
  sources: ContainerImageSources,
  plan: EnvironmentPlan,
  progress: BuildProgress,
): Promise<{
  readonly record: ImageRecord;
  readonly reused: boolean;
  readonly origin?: string | undefined;
}> => {
  const build = plan.container?.build;
  if (!build) {
    const record = await namedAgain(sources.engine, plan, progress);
    return { record, reused: true, origin: originOf(record, plan.parentImage) };
  }
  const present = await sources.engine.images.inspect(plan.parentImage, { signal: progress.signal });
  if (present) return { record: present, reused: true };
  return { record: await buildContainer(sources, { ...plan, build }, progress), reused: false };
};

const namedAgain = async (
  engine: ContainerEngine,
  plan: EnvironmentPlan,
  progress: BuildProgress,
): Promise<ImageRecord> => {
  const { image, content }: ParentImage = await resolveParent(engine, { name: plan.parentImage }, progress);
  if (named(content).key === plan.key) return image;
  throw changedMeanwhile(
    "image",
    plan.parentImage,
    `Image ${plan.parentImage} is another than when the run began`,
  );
};

const buildContainer = async (
  { engine, projectRoot, workspaceId }: ContainerImageSources,
  plan: EnvironmentPlan & { readonly build: ContainerBuild },
  progress: BuildProgress,
): Promise<ImageRecord> => {
  const { build } = plan;
  const context = await readBuildContext(projectRoot, build, progress.signal);
  if (hashJson(ingredientsOf(build, context)) !== plan.key) {
    throw changedMeanwhile(
      "build.context",
      build.context,
      `The build context "${build.context}" was changed meanwhile`,
    );
  }
  const request = {
    ...{ context: packRoot(context.entries), dockerfile: context.dockerfile, tag: plan.parentImage },
    ...{ labels: imageLabels("container", plan, workspaceId), buildArgs: build.args ?? {} },
    target: build.target,
  };
  return engine.images.build(request, progress);
};
