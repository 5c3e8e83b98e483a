import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { inspectImage } from "./image-record.ts";
import type { Cancellable, ImageRecord } from "./port.ts";
import { asDockerError } from "./request-error.ts";

/** An image that is removed between the listing and its inspection is left out. */
export const listImages = async (
  docker: Dockerode,
  labels: Readonly<Record<string, string>>,
  { signal }: Cancellable = {},
): Promise<ImageRecord[]> => {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  try {
    const found = await docker.listImages({ filters: JSON.stringify({ label }), ...abortOption(signal) });
    const images = await Promise.all(found.map(({ Id }) => inspectImage(docker, Id, { signal })));
    return images.filter((image) => image !== undefined);
  } catch (cause) {
    throw asDockerError("list images with", label.join(", ") || "any label", cause, signal);
  }
};
