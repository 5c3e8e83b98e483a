import type { BuildRequest, ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import { packRoot, type RootEntry } from "./base-image-root.ts";

/** A build whose context is made of these entries, without a directory on disk. */
export interface ImageContent extends Omit<BuildRequest, "context" | "dockerfile" | "labels"> {
  readonly dockerfile: string;
  readonly entries: readonly RootEntry[];
}

/** The context is the same bytes for the same content, so that the engine finds the layers it has. */
export const buildFrom = async (
  engine: ContainerEngine,
  { dockerfile, entries, ...request }: ImageContent,
  progress: BuildProgress,
): Promise<ImageRecord> => {
  const context = packRoot([...entries, textEntry("Dockerfile", dockerfile)]);
  return engine.images.build({ ...request, context, dockerfile: "Dockerfile", labels: {} }, progress);
};

export const textEntry = (path: string, text: string | Buffer, mode = 0o644): RootEntry => ({
  ...{ path, type: "file", mode, text },
});
