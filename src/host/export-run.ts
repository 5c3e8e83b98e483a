import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { openWorkspace } from "../composition.ts";
import { isFinished, type PipelineRun } from "../model/index.ts";
import { mustHaveWorkspace } from "../workspace/existing.ts";
import { workspaceRoot } from "../workspace/paths.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type BlobFiles, bundlesIn, entriesOf, hasher, logsOf } from "./archive/contents.ts";
import { fileExists, notEnded } from "./archive/errors.ts";
import { FORMAT, FORMAT_VERSION, type Manifest } from "./archive/manifest.ts";
import { recordsOf } from "./archive/records.ts";
import type { WorkspaceOptions } from "./stop.ts";

export interface ExportOptions extends WorkspaceOptions {
  /** Where the archive goes. Default: `<name of the run>.stepdock.tar.zst` in the current directory. */
  readonly file?: string | undefined;
  readonly signal?: AbortSignal;
}

/** A run in a file. */
export interface ExportedRun {
  readonly run: PipelineRun;
  /** Absolute. */
  readonly file: string;
  readonly artifacts: number;
}

/**
 * Writes a run that has ended into one file, with its artifacts, logs and code, for `importRun`: see
 * docs/sharing-runs.md.
 *
 * @param reference an id, an unambiguous beginning of one, a name, or `latest`
 * @throws NoWorkspaceError; ExportRefusedError where the run has not ended or the file is there; ArtifactMissingError, ArtifactDamagedError
 */
export const exportRun = async (reference: string, options: ExportOptions = {}): Promise<ExportedRun> => {
  const root = workspaceRoot({ directory: options.workspace });
  mustHaveWorkspace(root);
  await using workspace = await openWorkspace(root);
  return await exportFrom(workspace, reference, options);
};

/** The same, from a workspace that is open. */
export const exportFrom = async (
  workspace: Workspace,
  reference: string,
  { file: wanted, signal }: Pick<ExportOptions, "file" | "signal">,
): Promise<ExportedRun> => {
  const run = await workspace.metadata.findRun(reference);
  if (!isFinished(run.status)) throw notEnded(run);
  const file = resolve(wanted ?? `${run.name.replaceAll(/[^A-Za-z0-9_.-]+/g, "_")}.stepdock.tar.zst`);
  if (existsSync(file)) throw fileExists(file);
  const files: BlobFiles = new Map();
  const manifest = await manifestOf(workspace, run, files, signal);
  // A program that only runs things need not load what archives are made with.
  const { writeArchive } = await import("./archive/write-archive.ts");
  await writeArchive(file, manifest, files, signal);
  return { run, file, artifacts: manifest.artifacts.length };
};

const manifestOf = async (
  workspace: Workspace,
  run: PipelineRun,
  files: BlobFiles,
  signal: AbortSignal | undefined,
): Promise<Manifest> => {
  const { artifacts: records, ...rest } = await recordsOf(workspace.metadata, run);
  const hash = hasher(files, signal);
  const artifacts = [];
  for (const record of records) artifacts.push({ record, entries: await entriesOf(workspace, record, hash) });
  const logs = await logsOf(workspace, rest.steps, hash);
  const bundles = await bundlesIn(workspace, rest.snapshot, hash);
  return { format: FORMAT, formatVersion: FORMAT_VERSION, ...rest, artifacts, logs, bundles };
};
