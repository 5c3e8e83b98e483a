import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import { hashJson } from "../util/canonical.ts";
import { ensureBaseImage } from "./base-image.ts";
import { ImageSettingsError } from "./image-settings-error.ts";
import { saysRightNode } from "./node-check.ts";

export interface ParentImage {
  readonly reference: string;
  /** SHA-256 in hex of what a process in it sees: equal for equal content, whatever its name and id. */
  readonly content: string;
  /** The user that it runs as, '' for root. */
  readonly user: string;
  /** What it says it is built for, as OCI spells it. */
  readonly architecture: string;
  /** Known without a look: of the default base image alone. */
  readonly hasRightNode: boolean;
  readonly image: ImageRecord;
}

/** The parent image, which the engine has when this resolves. */
export const resolveParent = async (
  engine: ContainerEngine,
  { name, platform }: WantedParent,
  progress: BuildProgress,
): Promise<ParentImage> => {
  if (name === undefined) {
    const { reference, image } = await ensureBaseImage(engine, progress);
    if (!isFor(image, platform)) throw wrongPlatform(reference, image, platform);
    return parentOf(reference, image, saysRightNode(image.config.env));
  }
  const present = await engine.images.inspect(name, { signal: progress.signal });
  if (present && isFor(present, platform)) return parentOf(name, present, false);
  const pulled = await engine.images.pull(name, { ...progress, platform });
  if (!isFor(pulled, platform)) throw wrongPlatform(name, pulled, platform);
  return parentOf(name, pulled, false);
};

/** Which image is meant; without a name, the default base image. */
export interface WantedParent {
  readonly name?: string | undefined;
  readonly platform?: string | undefined;
}

const isFor = ({ os, architecture, variant }: ImageRecord, platform: string | undefined): boolean => {
  const [wantedOs, wanted, wantedVariant = variant] = platform?.split("/") ?? [os, architecture];
  return os === wantedOs && architecture === wanted && variant === wantedVariant;
};

const wrongPlatform = (name: string, { os, architecture }: ImageRecord, platform: string | undefined) =>
  new ImageSettingsError(
    "platform",
    platform,
    `Parent image ${name} is for ${os}/${architecture}, and "settings.docker.platform" asks for ${platform}. ` +
      "Name a parent image that there is for it.",
  );

const parentOf = (reference: string, image: ImageRecord, hasRightNode: boolean): ParentImage => ({
  ...{ reference, image, hasRightNode, content: contentOf(image) },
  ...{ user: image.config.user, architecture: image.architecture },
});

/**
 * Not the repository digest: it names one manifest, which is new for each build of the same content; with Podman, and
 * with Docker's containerd image store, every image has one from its build on. It also does not tell architectures
 * apart where it is that of an index.
 */
const contentOf = ({ layers, config, architecture }: ImageRecord): string =>
  hashJson({
    layers: [...layers],
    architecture,
    env: [...config.env].sort(),
    entrypoint: [...config.entrypoint],
    command: [...config.command],
    user: config.user,
    workdir: config.workdir,
  });
