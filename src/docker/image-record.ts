import type Dockerode from "dockerode";
import * as z from "zod/mini";
import { getJson } from "./get-json.ts";
import { inspectableReference } from "./image-reference.ts";
import type { Cancellable, ImageConfig, ImageRecord } from "./port.ts";
import { asDockerError, statusCodeOf } from "./request-error.ts";

/** Engines write an absent list as null, newer ones leave it out. */
const strings = z.pipe(
  z.nullish(z.array(z.string())),
  z.transform((list) => list ?? []),
);

const text = z._default(z.string(), "");

const Config = z.looseObject({
  Env: strings,
  Entrypoint: strings,
  Cmd: strings,
  User: text,
  WorkingDir: text,
  Labels: z.nullish(z.record(z.string(), z.string())),
});

const Inspection = z.object({
  Id: z.string(),
  RepoTags: strings,
  RepoDigests: strings,
  Created: text,
  Architecture: z.string(),
  Variant: text,
  Os: z.string(),
  Size: z.number(),
  RootFS: z.object({ Layers: strings }),
  Metadata: z._default(z.object({ LastTagTime: text }), { LastTagTime: "" }),
  Config: z.nullish(Config),
  /** Only where the image store is containerd's (API 1.48 and later). */
  Descriptor: z.optional(z.unknown()),
});

/** `GET /images/{name}/json`; undefined where the engine does not have the image. */
export const inspectImage = async (
  docker: Dockerode,
  reference: string,
  { signal }: Cancellable = {},
): Promise<ImageRecord | undefined> => {
  try {
    const answer = await getJson(docker, encodeURI(`/images/${inspectableReference(reference)}/json`), {
      signal,
    });
    return toRecord(Inspection.parse(answer));
  } catch (cause) {
    if (statusCodeOf(cause) === 404) return undefined;
    throw asDockerError("inspect image", reference, cause, signal);
  }
};

const toRecord = (image: z.output<typeof Inspection>): ImageRecord => ({
  id: image.Id,
  tags: image.RepoTags,
  repositoryDigests: image.RepoDigests,
  layers: image.RootFS.Layers,
  architecture: image.Architecture,
  os: image.Os,
  sizeBytes: image.Size,
  createdAt: image.Created,
  taggedAt: [image.Created, image.Metadata.LastTagTime].sort().at(-1) ?? "",
  labels: image.Config?.Labels ?? {},
  config: toConfig(image.Config),
  wholeConfig: image.Config ?? {},
  variant: image.Variant,
  keptAsBlobs: image.Descriptor != null,
});

const toConfig = (config: z.output<typeof Config> | null | undefined): ImageConfig => ({
  env: config?.Env ?? [],
  entrypoint: config?.Entrypoint ?? [],
  command: config?.Cmd ?? [],
  user: config?.User ?? "",
  workdir: config?.WorkingDir ?? "",
});
