import { ImageBuildError } from "../docker/image-build-error.ts";
import type { ContainerEngine } from "../docker/port.ts";
import { StepdockError } from "../errors/error.ts";
import { FOUND_NODE, isNodeCheck, LOWEST_NODE } from "./node-check.ts";
import { ParentArchitectureError } from "./parent-architecture-error.ts";
import type { ParentImage } from "./parent-image.ts";

/** A parent image that steps cannot run in: it has no Node that is new enough. */
export class ParentImageError extends StepdockError {
  readonly code = "parent_image_unusable";
  readonly parentImage: string;
  /** The version that it has, such as `v18.20.0`; undefined where it has none. */
  readonly found: string | undefined;

  constructor(parentImage: string, found: string | undefined, options?: ErrorOptions) {
    super(
      `Parent image ${parentImage} has no Node ${LOWEST_NODE} or later on its PATH (found ${found ?? "none"}). ` +
        `Install one in it, or name another parent image, such as node:${LOWEST_NODE}-slim.`,
      options,
    );
    this.parentImage = parentImage;
    this.found = found;
  }
}

const EXEC_FORMAT = /exec format error/i;
const NO_PROGRAM = /not found|no such file/i;

/** What a failed build of an environment says of its parent; every other failure as it is. */
export const explainParent = async (
  { reference, architecture }: Pick<ParentImage, "reference" | "architecture">,
  failure: unknown,
  engine: Pick<ContainerEngine, "info">,
): Promise<unknown> => {
  if (!(failure instanceof ImageBuildError) || !isNodeCheck(failure.instruction)) return failure;
  if (EXEC_FORMAT.test(failure.message)) {
    const info = await engine.info();
    return new ParentArchitectureError(reference, architecture, info.architecture, { cause: failure });
  }
  const found = FOUND_NODE.exec(failure.output.join("\n"))?.[1];
  const explains = found !== undefined || NO_PROGRAM.test(failure.message);
  return explains ? new ParentImageError(reference, found, { cause: failure }) : failure;
};
