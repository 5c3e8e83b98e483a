import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { abortOption } from "./get-json.ts";
import { inspectImage } from "./image-record.ts";
import { parseReference } from "./image-reference.ts";
import { engineMessages, failureOf } from "./json-messages.ts";
import type { Cancellable, ImageRecord } from "./port.ts";
import { asDockerError } from "./request-error.ts";
import { sendingBody } from "./sent-body.ts";

/** `POST /images/create?fromSrc=-`. */
export const importImage = async (
  docker: Dockerode,
  rootFileSystem: Readable,
  reference: string,
  changes: readonly string[],
  { signal }: Cancellable = {},
): Promise<ImageRecord> => {
  try {
    const { name: repo, tag = "latest" } = parseReference(reference);
    const query = { repo, tag, changes: [...changes], ...abortOption(signal) };
    const id = await sendingBody(rootFileSystem, async () =>
      importedId((await docker.importImage(rootFileSystem, query)) as Readable),
    );
    const image = id === undefined ? undefined : await inspectImage(docker, id, { signal });
    if (image === undefined) throw new Error("the engine's answer ended without an image");
    return image;
  } catch (cause) {
    throw asDockerError("import image", reference, cause, signal);
  }
};

const importedId = async (answer: AsyncIterable<Uint8Array>): Promise<string | undefined> => {
  let id: string | undefined;
  for await (const message of engineMessages(answer)) {
    const failure = failureOf(message);
    if (failure !== undefined) throw new Error(failure.message);
    if (message.status?.startsWith("sha256:")) id = message.status;
  }
  return id;
};
