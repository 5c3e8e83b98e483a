import { hash } from "node:crypto";
import { ArtifactUriError } from "./errors.ts";
import type { ArtifactLocation } from "./port.ts";

const SCHEME = "local://";

/** Longest name of a directory that is used as it is; most file systems take 255 bytes. */
const LONGEST = 200;

const percent = (byte: number): string => `%${byte.toString(16).padStart(2, "0")}`;

/**
 * A name as one segment of a URI: letters, digits, `_`, `-` and inner dots stay, all else is percent-encoded as UTF-8 in
 * lower-case hex. Injective, and never `.`, `..` or empty.
 */
export const encodeName = (name: string): string => {
  if (name === "" || !name.isWellFormed()) {
    throw new ArtifactUriError(
      name,
      "cannot name a part of an artifact's URI: it must be a text that is not empty.",
    );
  }
  return name.replace(/[^A-Za-z0-9_.-]|^\.|\.$/gu, (odd) => [...Buffer.from(odd)].map(percent).join(""));
};

const decodeName = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign: no segment that `encodeName` makes.
    return undefined;
  }
};

const isSegment = (segment: string): boolean => {
  const name = decodeName(segment);
  return name !== undefined && name !== "" && encodeName(name) === segment;
};

/**
 * A segment as the name of a directory, different for different segments also where the file system ignores case:
 * `loadData` is `load+data`, and what is too long ends in its hash.
 */
const directoryName = (segment: string): string => {
  const name = segment.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`);
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 65)}~${hash("sha256", segment)}`;
};

/** The name of the store that a URI of any scheme is of; undefined where it is none. */
export const storeNameOf = (uri: string): string | undefined => {
  const [, segment] = /^[a-z0-9+.-]+:\/\/([^/]+)\//.exec(uri) ?? [];
  return segment === undefined ? undefined : decodeName(segment);
};

/** `local://<store>/<step>/<output>/<step run id>`. */
export const formatArtifactUri = (store: string, location: ArtifactLocation): string => {
  const names = [store, location.stepName, location.outputName, location.stepRunId];
  return SCHEME + names.map(encodeName).join("/");
};

/**
 * The directories from the root of the stores down to an artifact.
 *
 * @throws ArtifactUriError for a URI of another scheme or store, or one that `formatArtifactUri` would not make, such
 * as one with `..` in it.
 */
export const artifactDirectories = (store: string, uri: string): string[] => {
  if (!uri.startsWith(SCHEME))
    throw new ArtifactUriError(uri, `is no URI of a local artifact store (${SCHEME}…).`);
  const segments = uri.slice(SCHEME.length).split("/");
  if (segments.length !== 4 || !segments.every(isSegment)) {
    throw new ArtifactUriError(uri, `is not of the form ${SCHEME}<store>/<step>/<output>/<step run id>.`);
  }
  if (segments[0] !== encodeName(store)) {
    throw new ArtifactUriError(
      uri,
      `is of another artifact store than '${store}'. Use the stack that has that store.`,
    );
  }
  return segments.map(directoryName);
};
