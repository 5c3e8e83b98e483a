import { join, resolve } from "node:path";
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
  const mirrored = new MirroredArtifacts({ objects, local, directory: join(root, name) });
  return {
    ...local,
    check: (given) => mirrored.check(given),
    store: (artifact, given = {}) => mirrored.store(artifact, given),
    verify: (artifact, given = {}) => mirrored.verify(artifact, given),
    fetch: (artifact, given = {}) => mirrored.fetch(artifact, given),
    discard: (uri) => mirrored.discard(uri),
    remove: (uri) => mirrored.remove(uri),
  };
};
