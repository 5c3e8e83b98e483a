import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ArtifactMissingError } from "../../artifact/errors.ts";
import type { ArtifactStore } from "../../artifact/port.ts";
import type { RunRecords } from "../../metadata/port.ts";
import { type ArtifactVersion, IMPORTED, type PipelineRun } from "../../model/index.ts";
import { syncDirectory } from "../../util/write-atomic.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { ArchiveConflictError } from "./errors.ts";
import type { ImportScratch } from "./import-scratch.ts";
import type { ArchivedArtifact, Manifest } from "./manifest.ts";
import type { Unpacked } from "./unpack.ts";

/** Puts an unpacked archive in place, then its records: what comes before them is seen by nobody, and taken back. */
export const place = async (
  workspace: Workspace,
  scratch: ImportScratch,
  manifest: Manifest,
  { signal, ...unpacked }: Unpacked & { readonly signal?: AbortSignal | undefined },
): Promise<void> => {
  const { metadata, paths } = workspace;
  const wanted = await artifactsIn(workspace, manifest, unpacked);
  const runDirectory = join(paths.runs, manifest.run.id);
  for (const path of [...wanted.map(({ target }) => target), runDirectory])
    if (existsSync(path)) throw inTheWay(path);
  const placed = await notKept(wanted, signal);
  await scratch.plan({ runId: manifest.run.id, uris: placed.map(({ record }) => record.uri) });
  for (const { record, store, from, target } of placed) {
    await move(from, target, paths.stores);
    await store.store(record, { signal });
  }
  await move(unpacked.run, runDirectory, paths.runs);
  for (const [path, name] of unpacked.bundles) {
    if (!existsSync(join(paths.bundles, name))) await move(path, join(paths.bundles, name), paths.bundles);
  }
  await metadata.importRun(await recordsFor(manifest, wanted));
};

interface Placing {
  readonly record: ArchivedArtifact["record"];
  readonly store: ArtifactStore;
  /** Directory that it was unpacked to. */
  readonly from: string;
  /** Directory that it is to have. */
  readonly target: string;
}

const artifactsIn = async (
  workspace: Workspace,
  { artifacts }: Manifest,
  unpacked: Unpacked,
): Promise<Placing[]> => {
  const wanted: Placing[] = [];
  for (const { record } of artifacts) {
    const from = unpacked.artifacts.get(record.id);
    if (from === undefined) continue;
    const store = await workspace.artifactStoreOf(record.uri);
    wanted.push({ record, store, from, target: store.path(record.uri) });
  }
  return wanted;
};

/** Without what a store elsewhere has already, as that of a team does: it is not ours to put there, nor to take back. */
const notKept = async (wanted: readonly Placing[], signal: AbortSignal | undefined): Promise<Placing[]> => {
  const missing: Placing[] = [];
  for (const each of wanted) if (!(await isKept(each, signal))) missing.push(each);
  return missing;
};

const isKept = async ({ record, store }: Placing, signal: AbortSignal | undefined): Promise<boolean> => {
  try {
    await store.verify({ ...record, stamps: [] }, { signal });
    return true;
  } catch (error) {
    if (error instanceof ArtifactMissingError) return false;
    throw error;
  }
};

/** With its parents up to `root`, durably. */
const move = async (from: string, to: string, root: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  for (let at = dirname(to); at.startsWith(root); at = dirname(at)) await syncDirectory(at);
};

const recordsFor = async (
  { run, snapshot, build, steps }: Manifest,
  wanted: readonly Placing[],
): Promise<RunRecords> => {
  const artifacts: ArtifactVersion[] = [];
  for (const { record, store, target } of wanted) {
    const { uri, materializer } = record;
    const stamps = existsSync(target) ? await store.stamps(uri, { materializer }) : [];
    artifacts.push({ ...imported(record), stamps });
  }
  const stepRuns = steps.map(({ record: stepRun, inputs, outputs }) => ({ stepRun, inputs, outputs }));
  return { run: imported(run), snapshot, build, stepRuns, artifacts };
};

const imported = <Thing extends Pick<PipelineRun, "metadata">>(thing: Thing): Thing => ({
  ...thing,
  metadata: { ...thing.metadata, [IMPORTED]: true },
});

const inTheWay = (path: string): ArchiveConflictError =>
  new ArchiveConflictError(
    `The archive cannot be imported: ${path} is there, though nothing on record is of it. ` +
      `A \`stepdock clean\` that was cut off may have left it: run that again, or move ${basename(path)} away, and import ` +
      "again. Nothing was changed.",
  );
