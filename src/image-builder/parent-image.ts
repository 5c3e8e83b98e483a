import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import { hashJson } from "../util/canonical.ts";
import { ensureBaseImage } from "./base-image.ts";
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

/** The parent image, which the engine has when this resolves. Without a name: the default base image. */
export const resolveParent = async (
  engine: ContainerEngine,
  name: string | undefined,
  progress: BuildProgress,
): Promise<ParentImage> => {
  if (name === undefined) {
    const { reference, image } = await ensureBaseImage(engine, progress);
    return parentOf(reference, image, saysRightNode(image.config.env));
  }
  const present = await engine.images.inspect(name, { signal: progress.signal });
  return parentOf(name, present ?? (await engine.images.pull(name, progress)), false);
};

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
