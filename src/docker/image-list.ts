import type Dockerode from "dockerode";
import { inspectImage } from "./image-record.ts";
import { listLabelled } from "./labelled.ts";
import type { Cancellable, ImageRecord } from "./port.ts";

/** An image that is removed between the listing and its inspection is left out. */
export const listImages = async (
  docker: Dockerode,
  labels: Readonly<Record<string, string>>,
  options?: Cancellable,
): Promise<ImageRecord[]> => {
  const found = await listLabelled("images", labels, options, (asked) => docker.listImages(asked));
  const images = await Promise.all(found.map(({ Id }) => inspectImage(docker, Id, options)));
  return images.filter((image) => image !== undefined);
};
