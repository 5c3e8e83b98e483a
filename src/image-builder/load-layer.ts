import { isDeepStrictEqual } from "node:util";
import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import { DockerRequestError } from "../docker/request-error.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import { type LayeredImage, layerArchive } from "./layer-archive.ts";

/**
 * The image, made by `docker load` of its last layer alone, or undefined where the engine cannot do that: then it is to
 * be built. Engines with containerd's image store and Podman want every layer in the archive, and refuse.
 *
 * Measured with a layer of 245 KB on an engine 20.10, interleaved, medians; the classic builder is 1: load LOAD_RATIO,
 * BuildKit 0.83 (its progress is protobuf, and it would hold no layer that load cannot make), create, upload, commit
 * and remove 0.87 (and a crash leaves a container behind). Load is one request, leaves nothing behind, and the layer's
 * digest is that of its content.
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
