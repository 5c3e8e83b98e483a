import type { ContainerEngine, ImageRecord } from "../../docker/port.ts";
import { isStepdockError } from "../../errors/error.ts";
import { thisHost } from "../../image-builder/base-image-host.ts";
import { otherKnownTags } from "../../image-builder/base-image-known.ts";
import { ENVIRONMENT_KEY_LABEL, IMAGE_LABEL, type ImageKind } from "../../image-builder/image-names.ts";
import type { PipelineRun } from "../../model/index.ts";
import { LABEL } from "../../orchestrator/containerized/labels.ts";
import type { CleanContext, RemovedThing } from "../clean.ts";
import { isOwned } from "../run-state.ts";

interface Runs {
  readonly kept: readonly PipelineRun[];
  readonly live: readonly PipelineRun[];
}

/** Removes what this workspace left on the engine: containers, networks and volumes of dead runs, images of none. */
export const cleanEngine = async (
  context: CleanContext,
  engine: ContainerEngine,
  runs: Runs,
): Promise<void> => {
  await cleanContainers(context, engine, runs);
  await cleanLeftovers(context, engine, runs);
  await cleanBaseTags(context, engine);
  if (runs.live.length === 0) return await cleanImages(context, engine, runs);
  await context.note("images were left as they are: a run goes on, and may need any of them");
};

const cleanContainers = async (
  context: CleanContext,
  engine: ContainerEngine,
  { live }: Runs,
): Promise<void> => {
  const { metadata, paths } = context.workspace;
  const containers = await engine.containers.list({ [LABEL.workspace]: metadata.workspaceId });
  for (const { id, name, labels } of containers) {
    const runId = labels[LABEL.runId];
    if (runId === undefined || isOwned(paths, runId) || live.some((run) => run.id === runId)) continue;
    await context.remove({ kind: "container", id, name }, () => engine.containers.remove(id));
  }
};

/** Volumes are listed without their labels: those of live runs are listed apart. */
const cleanLeftovers = async (
  context: CleanContext,
  engine: ContainerEngine,
  { live }: Runs,
): Promise<void> => {
  const workspace = { [LABEL.workspace]: context.workspace.metadata.workspaceId };
  const ofRuns = live.map(({ id }) => ({ ...workspace, [LABEL.runId]: id }));
  const [networks, volumes] = [await engine.networks.list(workspace), await engine.volumes.list(workspace)];
  const used = (await Promise.all(ofRuns.map((labels) => engine.volumes.list(labels)))).flat();
  for (const { id, name, labels } of networks) {
    if (live.some((run) => run.id === labels[LABEL.runId])) continue;
    await context.remove({ kind: "network", id, name }, () => engine.networks.remove(id));
  }
  for (const { name } of volumes) {
    if (used.some((each) => each.name === name)) continue;
    await context.remove({ kind: "volume", id: name, name }, () => engine.volumes.remove(name));
  }
};

/** Where base images have had no new name for so long, nobody seems to find them by the names that they have. Milliseconds. */
const UNUSED = 14 * 24 * 60 * 60 * 1000;

const cleanBaseTags = async (context: CleanContext, engine: ContainerEngine): Promise<void> => {
  const before = new Date(context.now.getTime() - UNUSED);
  for (const { tag, image } of await otherKnownTags(engine, thisHost(), before)) {
    await context.remove({ kind: "image", id: image.id, name: tag }, () => engine.images.remove(tag));
  }
};

/** What we call images, here and in a registry. */
const OURS = /^stepdock\/|:(?:step|container|image)-[0-9a-f]{24}-[a-z0-9_]+$/;

const cleanImages = async (context: CleanContext, engine: ContainerEngine, { kept }: Runs): Promise<void> => {
  const used = await usedImages(context, kept);
  const all = await engine.images.list({ [LABEL.workspace]: context.workspace.metadata.workspaceId });
  for (const image of all.filter(({ labels }) => IMAGE_LABEL in labels).sort(stepsFirst)) {
    const isUsed =
      rankOf(image) >= 0
        ? used.environments.has(image.labels[ENVIRONMENT_KEY_LABEL] ?? "")
        : image.tags.some((tag) => used.references.has(tag)) || used.ids.has(image.id);
    if (!isUsed) await removeImage(context, engine, image);
  }
};

/** The kinds that others are built on, which go after those: an image cannot go before what was built on it. */
const BASES: readonly string[] = ["environment", "parent"] satisfies ImageKind[];

const stepsFirst = (a: ImageRecord, b: ImageRecord): number => rankOf(a) - rankOf(b);

const rankOf = ({ labels }: ImageRecord): number => BASES.indexOf(labels[IMAGE_LABEL] ?? "");

const usedImages = async ({ workspace }: CleanContext, kept: readonly PipelineRun[]) => {
  const used = { references: new Set<string>(), ids: new Set<string>(), environments: new Set<string>() };
  for (const { buildId } of kept) {
    const build = buildId === null ? undefined : await workspace.metadata.getBuild(buildId);
    for (const image of build?.images ?? []) {
      used.references.add(image.reference);
      used.ids.add(image.imageId);
      used.environments.add(image.environmentKey);
    }
  }
  return used;
};

/** By its tags of ours: one that the user gave it stays, and with it the image. */
const removeImage = async (
  context: CleanContext,
  engine: ContainerEngine,
  { id, tags, sizeBytes }: ImageRecord,
): Promise<void> => {
  const ours = tags.filter((tag) => OURS.test(tag));
  const references = tags.length === 0 ? [id] : ours;
  const thing: RemovedThing = { kind: "image", id, name: references[0] ?? id, sizeBytes };
  try {
    if (references.length > 0) {
      await context.remove(thing, () => Promise.all(references.map((each) => engine.images.remove(each))));
    }
  } catch (error) {
    if (!isStepdockError(error)) throw error;
    await context.note(`image ${thing.name} is kept: ${error.message}`);
  }
};
