import { StepdockError } from "../errors/error.ts";

/** No base image: it cannot be pulled, and `obstacle` is why it cannot be assembled here either. */
export class BaseImageError extends StepdockError {
  readonly code = "image_not_found";
  readonly reference: string;
  readonly obstacle: string;

  constructor(reference: string, obstacle: string, options?: ErrorOptions) {
    super(
      `${reasonOf(options?.cause)} No base image can be assembled from this machine either: ${obstacle}. ` +
        `Bring ${reference} to the engine with \`docker load\`, or name another base as the parent image.`,
      options,
    );
    this.reference = reference;
    this.obstacle = obstacle;
  }
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : "The base image cannot be pulled.";
