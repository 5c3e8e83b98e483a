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
  return {
    ...own,
    path: (uri) => {
      const name = otherOf(uri);
      return name === undefined ? own.path(uri) : createLocalArtifactStore({ root, name }).path(uri);
    },
    verify: async (artifact, options) => (await keeperOf(artifact.uri)).verify(artifact, options),
    fetch: async (artifact, options) => (await keeperOf(artifact.uri)).fetch(artifact, options),
  };
};
