import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { inspectImage } from "./image-record.ts";
import { engineMessages, failureOf } from "./json-messages.ts";
import type { BuildOptions, ImageRecord } from "./port.ts";
import { asDockerError } from "./request-error.ts";
import { sendingBody } from "./sent-body.ts";

/** `POST /images/load` with an archive that names one image, `tag`. */
export const loadImage = async (
  docker: Dockerode,
  archive: Readable,
  tag: string,
  { signal, onOutput }: BuildOptions = {},
): Promise<ImageRecord> => {
  try {
    const query = { quiet: 1, ...abortOption(signal) };
    await sendingBody(archive, async () =>
      readAnswer((await docker.loadImage(archive, query)) as unknown as Readable, onOutput),
    );
    const image = await inspectImage(docker, tag, { signal });
    if (image === undefined) throw new Error("the engine's answer ended without an image");
    return image;
  } catch (cause) {
    throw asDockerError("load image", tag, cause, signal);
  }
};

const readAnswer = async (
  answer: AsyncIterable<Uint8Array>,
  onOutput: BuildOptions["onOutput"],
): Promise<void> => {
  for await (const message of engineMessages(answer)) {
    const failure = failureOf(message);
    if (failure !== undefined) throw new Error(failure.message);
    if (message.stream) onOutput?.(message.stream.trimEnd());
  }
};
