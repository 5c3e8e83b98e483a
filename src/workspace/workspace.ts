import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLocalArtifactStore } from "../artifact/local-artifact-store.ts";
import type { ArtifactStore } from "../artifact/port.ts";
import { StepdockError } from "../errors/error.ts";
import type { MetadataStore } from "../metadata/port.ts";
import { openSqliteMetadataStore } from "../metadata/sqlite-metadata-store.ts";
import { type WorkspacePaths, workspacePaths } from "./paths.ts";

/** The workspace cannot be made or opened where it is asked for. */
export class WorkspaceError extends StepdockError {
  readonly code = "workspace_invalid";
}

/** An open workspace: the records, the artifacts, and where they lie. */
export interface Workspace extends AsyncDisposable {
  readonly paths: WorkspacePaths;
  readonly metadata: MetadataStore;
  readonly artifactStore: ArtifactStore;
}

const STORE_NAME = "default";

/** Opens the workspace at `root`, making it on first use. */
export const openWorkspace = async (root: string): Promise<Workspace> => {
  const paths = workspacePaths(root);
  await prepareDirectories(paths);
  const metadata = await openSqliteMetadataStore({ path: paths.database });
  const artifactStore = createLocalArtifactStore({
    root: paths.stores,
    name: STORE_NAME,
    id: `${metadata.workspaceId}/${STORE_NAME}`,
  });
  return { paths, metadata, artifactStore, [Symbol.asyncDispose]: () => metadata[Symbol.asyncDispose]() };
};

const unlessThere = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EEXIST") throw error;
};

const prepareDirectories = async (paths: WorkspacePaths): Promise<void> => {
  try {
    for (const directory of [paths.root, paths.stores, paths.runs, paths.bundles]) {
      await mkdir(directory, { recursive: true });
    }
    await writeFile(join(paths.root, ".gitignore"), "*\n", { flag: "wx" }).catch(unlessThere);
  } catch (error) {
    throw new WorkspaceError(
      `The workspace ${paths.root} cannot be made: ${(error as Error).message}. ` +
        "Name another directory with --workspace or STEPDOCK_HOME, or make this one writable.",
      { cause: error },
    );
  }
};
