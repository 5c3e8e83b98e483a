import { familiarName, parseReference } from "../docker/image-reference.ts";
import type { ImageRecord } from "../docker/port.ts";

/**
 * The reference by digest of an image that came from a registry, undefined where only this engine is known to have it.
 * An image that is kept as blobs has a digest from its build on, whether any registry saw it or not, and so has each of
 * Podman's, which calls its own `localhost/…`.
 */
export const originOf = (
  { repositoryDigests, keptAsBlobs }: ImageRecord,
  reference: string,
): string | undefined => {
  const { name, digest } = parseReference(reference);
  if (digest !== undefined) return reference;
  const known = keptAsBlobs ? [] : repositoryDigests.filter((each) => !each.startsWith("localhost/"));
  const isNamed = (each: string) => familiarName(parseReference(each).name) === familiarName(name);
  return known.find(isNamed) ?? known[0];
};
