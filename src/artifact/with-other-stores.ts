import { storeNameOf } from "./artifact-uri.ts";
import { createLocalArtifactStore } from "./local-artifact-store.ts";
import type { ArtifactStore } from "./port.ts";

/** Finds the store that an artifact lies in. */
export type StoreOf = (uri: string) => Promise<ArtifactStore>;

/**
 * The store of a run, which also gives it the artifacts that earlier runs have in other stores: each store of a workspace
 * has its files, or copies of them, in a directory of its own below `root`.
 */
export const withOtherStores = (own: ArtifactStore, storeOf: StoreOf, root: string): ArtifactStore => {
  const otherOf = (uri: string): string | undefined => {
    const name = storeNameOf(uri);
    return name === own.name ? undefined : name;
  };
  const keeperOf = async (uri: string) => (otherOf(uri) === undefined ? own : await storeOf(uri));
  // One by one: a store may be an object of a class, whose methods are none of its own properties.
  return {
    id: own.id,
    name: own.name,
    uri: (location) => own.uri(location),
    check: (options) => own.check(options),
    create: (uri) => own.create(uri),
    hash: (uri, options) => own.hash(uri, options),
    stamps: (uri, options) => own.stamps(uri, options),
    store: (artifact, options) => own.store(artifact, options),
    discard: (uri) => own.discard(uri),
    remove: (uri) => own.remove(uri),
    path: (uri) => {
      const name = otherOf(uri);
      return name === undefined ? own.path(uri) : createLocalArtifactStore({ root, name }).path(uri);
    },
    verify: async (artifact, options) => (await keeperOf(artifact.uri)).verify(artifact, options),
    fetch: async (artifact, options) => (await keeperOf(artifact.uri)).fetch(artifact, options),
  };
};
