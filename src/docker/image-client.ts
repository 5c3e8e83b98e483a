import type Dockerode from "dockerode";
import type { Environment } from "./docker-config.ts";
import { abortOption } from "./get-json.ts";
import { buildImage } from "./image-build.ts";
import { importImage } from "./image-import.ts";
import { listImages } from "./image-list.ts";
import { loadImage } from "./image-load.ts";
import { ImageNotFoundError } from "./image-not-found-error.ts";
import { pullImage } from "./image-pull.ts";
import { pushImage } from "./image-push.ts";
import { inspectImage } from "./image-record.ts";
import { inspectableReference, parseReference } from "./image-reference.ts";
import { removeIfThere } from "./labelled.ts";
import type { Cancellable, ImageClient } from "./port.ts";
import { digestInRegistry } from "./registry-digest.ts";
import { asDockerError, statusCodeOf } from "./request-error.ts";

/** The port's images over dockerode. `environment` tells where the Docker CLI keeps its credentials. */
export const createImageClient = (
  docker: Dockerode,
  environment: Environment = process.env,
): ImageClient => ({
  inspect: (reference, options) => inspectImage(docker, reference, options),
  pull: (reference, options) => pullImage(docker, environment, reference, options),
  push: (reference, options) => pushImage(docker, environment, reference, options),
  digestInRegistry: (reference, options) => digestInRegistry(docker, environment, reference, options),
  build: (request, options) => buildImage(docker, request, options),
  import: (rootFileSystem, tag, changes, options) =>
    importImage(docker, rootFileSystem, tag, changes, options),
  load: (archive, tag, options) => loadImage(docker, archive, tag, options),
  list: (labels, options) => listImages(docker, labels, options),
  tag: (reference, newReference, options) => tagImage(docker, reference, newReference, options),
  remove: (reference, options) =>
    removeIfThere("image", reference, options, (asked) =>
      docker.getImage(inspectableReference(reference)).remove(asked),
    ),
});

const tagImage = async (
  docker: Dockerode,
  reference: string,
  newReference: string,
  { signal }: Cancellable = {},
): Promise<void> => {
  const { name: repo, tag = "latest" } = parseReference(newReference);
  try {
    await docker.getImage(inspectableReference(reference)).tag({ repo, tag, ...abortOption(signal) });
  } catch (cause) {
    if (statusCodeOf(cause) === 404) throw new ImageNotFoundError(reference, "absent", cause);
    throw asDockerError("tag image", `${reference} as ${newReference}`, cause, signal);
  }
};
