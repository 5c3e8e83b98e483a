import { constants, copyFile, cp, lstat, mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { keepsTree } from "../artifact/artifact-kind.ts";
import { listTree } from "../artifact/tree.ts";
import { EXECUTABLE } from "../artifact/tree-hash.ts";
import { StepdockError } from "../errors/error.ts";
import type { ArtifactVersion } from "../model/index.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** One entry of a folder, as it is listed. */
export interface ListedEntry {
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
  readonly sizeBytes: number;
  readonly executable: boolean;
  /** Of a symbolic link. */
  readonly target?: string;
}

/** What an artifact consists of on disk, in the order of the paths. */
export const listArtifact = async (directory: string): Promise<ListedEntry[]> =>
  await Promise.all(
    (await listTree(directory)).map(async (entry) => {
      const { size, mode } = await lstat(join(directory, entry.path));
      const isFile = entry.kind === "file";
      return { ...entry, sizeBytes: isFile ? size : 0, executable: isFile && (mode & EXECUTABLE) !== 0 };
    }),
  );

/** Something is where an artifact was to be copied to, or it cannot be copied there. */
export class ArtifactCopyError extends StepdockError {
  readonly code = "artifact_exists";
}

/**
 * Copies an artifact out of its store, after a check that it is what was published: a file into a directory that exists
 * or under the name given, a folder to where there is none.
 *
 * @returns where it is now
 * @throws ArtifactCopyError where something is there already; ArtifactDamagedError, ArtifactMissingError
 */
export const copyArtifact = async (
  workspace: Pick<Workspace, "artifactStoreOf">,
  artifact: ArtifactVersion,
  to: string,
): Promise<string> => {
  const artifactStore = await workspace.artifactStoreOf(artifact.uri);
  await artifactStore.fetch(artifact);
  const from = artifactStore.path(artifact.uri);
  const [only, ...others] = await readdir(from);
  const isOneFile = artifact.materializer !== "directory" && only !== undefined && others.length === 0;
  return isOneFile
    ? await copyOne(join(from, only), resolve(to))
    : await copyAll(from, resolve(to), artifact);
};

const copyOne = async (from: string, to: string): Promise<string> => {
  const target = (await isDirectory(to)) ? join(to, basename(from)) : to;
  await mkdir(dirname(target), { recursive: true });
  await copyFile(from, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch(inTheWay(target));
  return target;
};

const copyAll = async (from: string, to: string, { materializer }: ArtifactVersion): Promise<string> => {
  if ((await isDirectory(to)) && (await readdir(to)).length > 0) throw taken(to);
  const verbatimSymlinks = keepsTree(materializer);
  await cp(from, to, { recursive: true, verbatimSymlinks, mode: constants.COPYFILE_FICLONE });
  return to;
};

const isDirectory = async (path: string): Promise<boolean> =>
  await lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const inTheWay =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw error.code === "EEXIST" ? taken(path) : error;
  };

const taken = (path: string): ArtifactCopyError =>
  new ArtifactCopyError(
    `${path} is there already, and nothing is overwritten. Remove it, or name another place.`,
  );
