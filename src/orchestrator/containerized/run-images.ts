import { randomUUID } from "node:crypto";
import type { Build, BuiltImage, Invocation, PipelineSnapshot } from "../../model/index.ts";
import type { Stack } from "../../stack/stack.ts";
import { checkRequired } from "../../stack/stack-validator.ts";
import type { PlanEnvironment } from "../../step-launcher/port.ts";
import type { ActiveRun } from "../base/active-run.ts";
import type { PlanRequest } from "../base/services.ts";
import { type ImageOfInvocations, StepImages, type StepImagesOptions } from "./step-images.ts";

/** Which images a run needs. */
export interface RunImages extends Pick<StepImagesOptions, "whole" | "extras"> {
  /** The run's, or the part of it whose images they are. */
  readonly snapshot: PipelineSnapshot;
}

/** The images of a run's steps; what is built is recorded. */
export const openRunImages = async (
  stack: Stack,
  { request, context }: ActiveRun,
  { snapshot, ...which }: RunImages,
): Promise<StepImages> => {
  const { metadata, run, emit, now } = context;
  const buildId = run.buildId ?? request.imagesOf?.buildId;
  const build = buildId ? await metadata.getBuild(buildId) : undefined;
  return stepImages(
    stack,
    { ...request, snapshot },
    {
      ...which,
      emit,
      known: knownImages(build),
      onBuilt: async (built) => {
        const next = toBuild(run.snapshotId, built, now().toISOString());
        await metadata.saveBuild(next);
        await metadata.updateRun(run.id, { buildId: next.id });
      },
    },
  );
};

/** As `RunImages`, but that what every image gets is asked for only when an image is. */
export interface PlannedImages extends Pick<StepImagesOptions, "whole"> {
  readonly extras?: () => Promise<StepImagesOptions["extras"]>;
}

/** The images that a snapshot needs, to be told of: nothing is built. */
export const planImages = (
  stack: Stack,
  request: PlanRequest,
  { whole, extras }: PlannedImages = {},
): PlanEnvironment => {
  const { onOutput } = request;
  const emit: StepImagesOptions["emit"] = (event) => {
    if (event.event === "build_output") onOutput?.(event.line);
  };
  let opening: Promise<StepImages> | undefined;
  const open = async () => stepImages(stack, request, { whole, emit, extras: await extras?.() });
  const images = () => (opening ??= open());
  return {
    environmentOf: async (invocation) => (await images()).environmentOf(invocation),
    imageOf: async (invocation) => (await images()).referenceOf(invocation),
  };
};

/** Looks up parent images, packages and the images of services, where most goes wrong, of all steps. */
export const checkImages = async (images: StepImages): Promise<void> => {
  await Promise.all(images.groups.map(({ invocations }) => planFirst(images, invocations)));
  const invocations = images.groups.flatMap((group) => group.invocations);
  await Promise.all(invocations.map((each) => images.environmentOf(each)));
};

const planFirst = async (images: StepImages, [first]: readonly Invocation[]): Promise<void> => {
  if (first) await images.planOf(first);
};

const stepImages = (
  stack: Stack,
  { snapshot, bundles }: PlanRequest,
  options: Omit<StepImagesOptions, "builder" | "registry" | "snapshot" | "bundles">,
): StepImages => {
  const { imageBuilder: builder, containerRegistry: registry } = stack;
  // A plan is asked for without a run, which would have found it out.
  checkRequired(stack);
  if (!builder) throw new TypeError(`what runs containers on stack "${stack.name}" takes no image builder`);
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
