import { join, resolve } from "node:path";
import type { ArtifactVersion } from "../../model/index.ts";
import { formatUri, localBase } from "../artifact-uri.ts";
import { ArtifactDamagedError, ArtifactMissingError, ArtifactUriError } from "../errors.ts";
import { createLocalArtifactStore } from "../local-artifact-store.ts";
import type { ArtifactStore } from "../port.ts";
import { MirroredArtifacts } from "./mirrored-artifacts.ts";
import type { ObjectStore } from "./object-store.ts";

export interface MirroredArtifactStoreOptions {
  readonly objects: ObjectStore;
  /** Directory of all local stores of a workspace. Copies lie in `<root>/<name>`. */
  readonly root: string;
  readonly name: string;
  readonly id: string;
}

/**
 * An artifact store that keeps artifacts as objects elsewhere, with copies in a local store: there steps read and write.
 * What is kept elsewhere counts; a copy that is damaged or not there is made anew.
 */
export const createMirroredArtifactStore = (options: MirroredArtifactStoreOptions): ArtifactStore => {
  const { objects, name, id } = options;
  const root = resolve(options.root);
  const local = createLocalArtifactStore({ root, name, id });
  const localUri = toLocal(objects.base, name, local);
  const path = (uri: string) => local.path(localUri(uri));
  const mirrored = new MirroredArtifacts({ objects, local, localUri, directory: join(root, name) });
  return {
    id,
    name,
    uri: (location) => formatUri(objects.base, location),
    owns: (uri) => uri.startsWith(`${objects.base}/`) || local.owns(uri),
    localUri,
    path,
    check: (given) => objects.check(given),
    create: (uri) => local.create(localUri(uri)),
    hash: (uri, given) => naming(uri, () => local.hash(localUri(uri), given)),
    stamps: (uri, given) => naming(uri, () => local.stamps(localUri(uri), given)),
    store: (artifact, { signal } = {}) => naming(artifact.uri, () => mirrored.store(artifact, { signal })),
    verify: (artifact, given = {}) => naming(artifact.uri, () => mirrored.verify(artifact, given)),
    fetch: (artifact, { signal } = {}) => naming(artifact.uri, () => mirrored.fetch(artifact, { signal })),
    discard: (uri) => local.discard(localUri(uri)),
    remove: (uri) => mirrored.remove(uri),
  };
};

/** A URI that is refused is named as it was given. */
const toLocal = (base: string, name: string, local: ArtifactStore) => (uri: string) => {
  const isLocal = uri.startsWith("local://");
  if (!isLocal && !uri.startsWith(`${base}/`)) {
    throw new ArtifactUriError(
      uri,
      `is of another artifact store than '${name}', whose URIs begin with ${base}/.`,
    );
  }
  const translated = isLocal ? uri : `${localBase(name)}${uri.slice(base.length)}`;
  try {
    local.path(translated);
    return translated;
  } catch (error) {
    if (!(error instanceof ArtifactUriError) || isLocal) throw error;
    throw new ArtifactUriError(uri, `is not of the form ${base}/<step>/<output>/<step run id>.`);
  }
};

/** Errors of the local store know the artifact by the URI that steps do. */
const naming = async <T>(uri: ArtifactVersion["uri"], act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ArtifactDamagedError) throw error.withUri(uri);
    if (error instanceof ArtifactMissingError) throw error.withUri(uri);
    throw error;
  }
};
