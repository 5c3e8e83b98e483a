import { familiarName, parseReference } from "../docker/image-reference.ts";
import type { ImageRecord } from "../docker/port.ts";

/**
 * The reference by digest of an image that came from the registry that its name says, undefined where only this engine is
 * known to have it. Digests of other names prove nothing: it may have been pushed to a registry that is long gone. An
 * image that is kept as blobs has a digest from its build on, whether any registry saw it or not, and so has each of
 * Podman's, which calls its own `localhost/…`.
 */
export const originOf = (
  { repositoryDigests, keptAsBlobs }: Pick<ImageRecord, "repositoryDigests" | "keptAsBlobs">,
  reference: string,
): string | undefined => {
  const { name, digest } = parseReference(reference);
  if (digest !== undefined) return reference;
  if (keptAsBlobs || name.startsWith("localhost/")) return undefined;
  return repositoryDigests.find((each) => familiarName(parseReference(each).name) === familiarName(name));
};
