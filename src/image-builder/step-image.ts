import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuildProgress, BundleFiles } from "../stack/image-builder.ts";
import type { RootEntry } from "./base-image-root.ts";
import { buildFrom, textEntry } from "./build-from.ts";
import { BUNDLES_PATH } from "./image-paths.ts";

interface StepImage {
  readonly tag: string;
  readonly label: string;
  readonly environmentImage: string;
  readonly bundles: BundleFiles;
}

/** The environment image with the bundles as its last layer, readable by any user. The one place that makes it. */
export const buildStepImage = (
  engine: ContainerEngine,
  { tag, label, environmentImage, bundles }: StepImage,
  progress: BuildProgress,
): Promise<ImageRecord> => {
  // the label first: then an edit of the code makes one new layer, and the engine has the rest
  const dockerfile = `FROM ${environmentImage}\n${label}\nCOPY bundles ${BUNDLES_PATH}\n`;
  return buildFrom(engine, { tag, dockerfile, entries: bundleEntries(bundles) }, progress);
};

const bundleEntries = (bundles: BundleFiles): RootEntry[] => [
  { path: "bundles", type: "directory", mode: 0o755 },
  ...[...bundles].map(([codeHash, { code }]) => textEntry(`bundles/${codeHash}.mjs`, code, 0o444)),
];
