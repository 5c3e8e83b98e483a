import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ArtifactVersion } from "../model/index.ts";
import { hashOf, stampsOf } from "./artifact-kind.ts";
import { artifactDirectories, formatArtifactUri } from "./artifact-uri.ts";
import { ArtifactDamagedError, ArtifactExistsError, ArtifactMissingError } from "./errors.ts";
import type { ArtifactStore } from "./port.ts";
import { removeTree } from "./remove-tree.ts";
import { sameStamps } from "./stamps.ts";
import { syncDirectory } from "./sync.ts";
import { explainWriteErrors } from "./write-error.ts";

export interface LocalArtifactStoreOptions {
  /** Directory of all local stores of a workspace; in a container, `ZENML_LOCAL_STORES_PATH`. */
  readonly root: string;
  readonly name?: string;
  /** Part of every cache key, so never a path: a workspace that moves keeps its cache. */
  readonly id?: string;
}

/** Makes the directory and its parents below `root`, durably. */
const makeDirectory = async (uri: string, root: string, names: readonly string[]): Promise<void> => {
  const parents = names.map((_name, depth) => join(root, ...names.slice(0, depth)));
  const path = join(root, ...names);
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? new ArtifactExistsError(uri, path) : error;
  });
  for (const parent of parents.reverse()) await syncDirectory(parent);
};

/** Errors from below know the path alone. */
const naming = async <T>(uri: string, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ArtifactMissingError) throw error.withUri(uri);
    if (error instanceof ArtifactDamagedError) throw error.withUri(uri);
    throw error;
  }
};

const checkContent = async (
  { contentHash: expectedHash, materializer }: ArtifactVersion,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { contentHash: actualHash } = await hashOf(materializer, path, { signal });
  if (actualHash === expectedHash) return;
  const problem = `its content hash is ${actualHash}, but ${expectedHash} was published.`;
  throw new ArtifactDamagedError({ path, problem, expectedHash, actualHash });
};

/**
 * An artifact store in a directory of this machine: `<root>/<name>/<step>/<output>/<step run id>`; ZenML's
 * `LocalArtifactStore`.
 *
 * Files are opened with `O_NOFOLLOW`, and links, pipes, sockets and devices are refused; symbolic links are kept in folder
 * artifacts, where they stay inside. Hard links are read: a
 * container cannot make one to a file outside its own mount, and a workspace that was backed up with hard links is whole.
 */
export const createLocalArtifactStore = (options: LocalArtifactStoreOptions): ArtifactStore => {
  const { name = "default", id = `local:${name}` } = options;
  const root = resolve(options.root);
  const path = (uri: string) => join(root, ...artifactDirectories(name, uri));
  const verify: ArtifactStore["verify"] = (artifact, { full = false, signal } = {}) =>
    naming(artifact.uri, async () => {
      const directory = path(artifact.uri);
      const stamps = await stampsOf(artifact.materializer, directory);
      if (!full && sameStamps(stamps, artifact.stamps)) return;
      await checkContent(artifact, directory, signal);
    });
  const remove = async (uri: string) => removeTree(path(uri));
  return {
    id,
    name,
    uri: (location) => formatArtifactUri(name, location),
    path,
    // What is written here is kept here.
    check: async () => {},
    store: async () => {},
    create: (uri) => explainWriteErrors(root, () => makeDirectory(uri, root, artifactDirectories(name, uri))),
    hash: (uri, { materializer, signal } = {}) =>
      naming(uri, () => hashOf(materializer, path(uri), { signal })),
    stamps: (uri, { materializer } = {}) => naming(uri, () => stampsOf(materializer, path(uri))),
    verify,
    fetch: verify,
    discard: remove,
    remove,
  };
};
