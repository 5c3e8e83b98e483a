import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { explainWriteErrors } from "../artifact/write-error.ts";
import { openWorkspace } from "../composition.ts";
import type { PipelineRun } from "../model/index.ts";
import { UnknownComponentError } from "../stack/errors.ts";
import { workspaceRoot } from "../workspace/paths.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { isThere, missingArtifacts, noStore } from "./archive/conflicts.ts";
import { noSuchFile } from "./archive/errors.ts";
import { openScratch } from "./archive/import-scratch.ts";
import type { Manifest } from "./archive/manifest.ts";
import { place } from "./archive/place.ts";
import { unpack } from "./archive/unpack.ts";
import type { WorkspaceOptions } from "./stop.ts";

export interface ImportOptions extends WorkspaceOptions {
  readonly signal?: AbortSignal;
}

/** A run that came out of a file. */
export interface ImportedRun {
  readonly run: PipelineRun;
  /** False: the workspace has had this very run already, and nothing was done. */
  readonly imported: boolean;
  readonly artifacts: number;
}

/**
 * Brings a run that `exportRun` wrote into a workspace, which is made where there is none. Everything is verified before
 * anything is changed, and all of it is there or nothing, also after a crash.
 *
 * @throws ArchiveInvalidError; ArchiveConflictError where the workspace has something else under one of its ids
 */
export const importRun = async (file: string, options: ImportOptions = {}): Promise<ImportedRun> => {
  await using workspace = await openForImport(workspaceRoot({ directory: options.workspace }), file);
  return await importInto(workspace, file, options);
};

/** Where there is nothing to be imported, no workspace is made for it. @throws ArchiveInvalidError */
export const openForImport = async (root: string, file: string): Promise<Workspace> => {
  if (!existsSync(file)) throw noSuchFile(resolve(file));
  return await openWorkspace(root);
};

/** The same, into a workspace that is open. */
export const importInto = async (
  workspace: Workspace,
  file: string,
  { signal }: Pick<ImportOptions, "signal"> = {},
): Promise<ImportedRun> => {
  const { readArchive } = await import("./archive/read-archive.ts");
  await using scratch = await openScratch(workspace);
  const manifest = await explainWriteErrors(workspace.paths.root, () =>
    readArchive(resolve(file), { directory: join(scratch.directory, "blobs"), signal }),
  );
  const { metadata } = workspace;
  const there = await isThere(metadata, manifest);
  if (!there) {
    await checkUris(workspace, manifest);
    const wanted = await missingArtifacts(metadata, manifest);
    await explainWriteErrors(workspace.paths.root, async () =>
      place(workspace, scratch, manifest, {
        ...(await unpack(scratch.directory, manifest, wanted)),
        signal,
      }),
    );
  }
  const run = (await metadata.getRun(manifest.run.id)) ?? manifest.run;
  return { run, imported: !there, artifacts: manifest.artifacts.length };
};

/** @throws ArtifactUriError for one that leads out of its store; ArchiveConflictError for a store that is not there */
const checkUris = async (workspace: Workspace, { run, artifacts }: Manifest): Promise<void> => {
  for (const { record } of artifacts) {
    const store = await workspace.artifactStoreOf(record.uri).catch((error) => {
      throw error instanceof UnknownComponentError ? noStore(run, record.uri, error) : error;
    });
    store.path(record.uri);
  }
};
