import { isDeepStrictEqual } from "node:util";
import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import { DockerRequestError } from "../docker/request-error.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import { type LayeredImage, layerArchive } from "./layer-archive.ts";

/**
 * The image, made by `docker load` of its last layer alone, or undefined where the engine cannot do that: then it is to
 * be built. Engines with containerd's image store and Podman want every layer in the archive, and refuse.
 *
 * Measured with a layer of 245 KB on an engine 20.10 of 2 cores, interleaved, medians, at a load of 3 and (of 18):
 * the classic builder is 1, load 0.72 (0.90), BuildKit 0.83 (1.77), create, upload, commit and remove 0.87 (1.09).
 * Load is one request, leaves nothing behind where it breaks off, as a commit leaves its container, and the layer has
 * the digest of its content. BuildKit tells of its errors in protobuf; where load is refused, the builder that every
 * engine has takes its place.
 */
export const loadLayer = async (
  engine: ContainerEngine,
  image: LayeredImage,
  progress: BuildProgress,
): Promise<ImageRecord | undefined> => {
  if (!canBeLayered(image.parent)) return undefined;
  const { archive, layers } = await layerArchive(image);
  try {
    const loaded = await engine.images.load(archive, image.tag, progress);
    if (isDeepStrictEqual(loaded.layers, layers)) return loaded;
    progress.onOutput?.(
      `The engine made other layers of ${image.tag} than it was given: it is built instead.`,
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    progress.onOutput?.(`${error.message} It is built instead.`);
  }
  return undefined;
};

/** Triggers of the parent are a builder's business. */
const canBeLayered = ({ keptAsBlobs, wholeConfig }: ImageRecord): boolean => {
  const { OnBuild: triggers } = wholeConfig;
  return !keptAsBlobs && !(Array.isArray(triggers) && triggers.length > 0);
};

const isRefusal = (error: unknown): error is DockerRequestError =>
  error instanceof DockerRequestError && error.code === "docker_request_failed";
