import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuildProgress, BundleFiles } from "../stack/image-builder.ts";
import type { RootEntry } from "./base-image-root.ts";
import { buildFrom, textEntry } from "./build-from.ts";
import { type ImageLabels, labelInstruction } from "./image-names.ts";
import { BUNDLES_PATH, IMAGE_ROOT } from "./image-paths.ts";
import { loadLayer } from "./load-layer.ts";

interface StepImage {
  readonly tag: string;
  readonly labels: ImageLabels;
  readonly environment: ImageRecord;
  /** Reference of the environment image. */
  readonly environmentImage: string;
  readonly bundles: BundleFiles;
}

/** The environment image with the bundles as its last layer, readable by any user. The one place that makes it. */
export const buildStepImage = async (
  engine: ContainerEngine,
  image: StepImage,
  progress: BuildProgress,
): Promise<ImageRecord> => {
  const { tag, labels, environment: parent, bundles } = image;
  const layer = { tag, labels, parent, entries: layerEntries(bundles) };
  return (await loadLayer(engine, layer, progress)) ?? (await buildLayer(engine, image, progress));
};

const buildLayer = (
  engine: ContainerEngine,
  { tag, labels, environmentImage, bundles }: StepImage,
  progress: BuildProgress,
): Promise<ImageRecord> => {
  // the label first: then an edit of the code makes one new layer, and the engine has the rest
  const dockerfile = `FROM ${environmentImage}\n${labelInstruction(labels)}\nCOPY bundles ${BUNDLES_PATH}\n`;
  return buildFrom(engine, { tag, dockerfile, entries: bundleEntries("bundles", bundles) }, progress);
};

const layerEntries = (bundles: BundleFiles): RootEntry[] => [
  { path: inTar(IMAGE_ROOT), type: "directory", mode: 0o755 },
  ...bundleEntries(inTar(BUNDLES_PATH), bundles),
];

const inTar = (path: string): string => path.slice(1);

const bundleEntries = (folder: string, bundles: BundleFiles): RootEntry[] => [
  ...foldersOf(folder, bundles).map((path) => ({ path, type: "directory", mode: 0o755 }) as const),
  ...[...bundles].map(([codeHash, { code, name = `${codeHash}.mjs` }]) =>
    textEntry(`${folder}/${name}`, code, 0o444),
  ),
];

/** With those that files have in their names, each after the one that it is in. */
const foldersOf = (folder: string, bundles: BundleFiles): string[] => {
  const inside = [...bundles.values()].flatMap(({ name = "" }) => {
    const parts = name.split("/").slice(0, -1);
    return parts.map((_, index) => `${folder}/${parts.slice(0, index + 1).join("/")}`);
  });
  return [folder, ...new Set(inside)];
};
