import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { storeNameOf } from "../artifact/artifact-uri.ts";
import { createLocalArtifactStore } from "../artifact/local-artifact-store.ts";
import type { ArtifactStore } from "../artifact/port.ts";
import { StepdockError } from "../errors/error.ts";
import type { MetadataStore } from "../metadata/port.ts";
import type { Registrations } from "../metadata/registrations.ts";
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
  /** The default one. */
  readonly artifactStore: ArtifactStore;
  /** @throws UnknownComponentError where there is none of that name */
  storeNamed(name: string): Promise<ArtifactStore>;
  /** The one that an artifact lies in. @throws UnknownComponentError where it is not there any more */
  artifactStoreOf(uri: string): Promise<ArtifactStore>;
  readonly registrations: Registrations;
}

const STORE_NAME = "default";

/** Opens the workspace at `root`, making it on first use. */
export const openWorkspace = async (
  root: string,
  otherStore: OtherStore = refuseOther,
): Promise<Workspace> => {
  const paths = workspacePaths(root);
  await prepareDirectories(paths);
  const metadata = await openSqliteMetadataStore({ path: paths.database });
  const artifactStore = createLocalArtifactStore({
    root: paths.stores,
    name: STORE_NAME,
    id: `${metadata.workspaceId}/${STORE_NAME}`,
  });
  const { registrations } = metadata;
  const others = madeOnce((name) => otherStore(name, workspace));
  const workspace: Workspace = {
    ...{ paths, metadata, registrations, artifactStore },
    storeNamed: async (name) => (name === STORE_NAME ? artifactStore : await others(name)),
    artifactStoreOf: (uri) => workspace.storeNamed(storeNameOf(uri) ?? STORE_NAME),
    [Symbol.asyncDispose]: () => metadata[Symbol.asyncDispose](),
  };
  return workspace;
};

/** Makes an artifact store of another name than the default one's. */
export type OtherStore = (name: string, workspace: Workspace) => Promise<ArtifactStore>;

/** Several who need a store need the same one: what each brought for itself, another would take away. */
const madeOnce = (make: (name: string) => Promise<ArtifactStore>): typeof make => {
  const made = new Map<string, Promise<ArtifactStore>>();
  return async (name) => {
    const store = made.get(name) ?? make(name);
    made.set(name, store);
    // One that is not there may be made yet.
    return await store.catch((error) => {
      made.delete(name);
      throw error;
    });
  };
};

const refuseOther: OtherStore = async (name, { paths }) => {
  throw new WorkspaceError(
    `The artifact is in the store "${name}" of the workspace ${paths.root}, of which only the default store is open.`,
  );
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
    throw cannotBeMade(paths.root, error as Error);
  }
};

export const cannotBeMade = (root: string, cause: Error): WorkspaceError =>
  new WorkspaceError(
    `The workspace ${root} cannot be made: ${cause.message}. ` +
      "Name another directory with --workspace or STEPDOCK_HOME, or make this one writable.",
    { cause },
  );
