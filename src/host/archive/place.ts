import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { RunRecords } from "../../metadata/port.ts";
import type { ArtifactVersion } from "../../model/index.ts";
import { syncDirectory } from "../../util/write-atomic.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { ArchiveConflictError } from "./errors.ts";
import type { ImportScratch } from "./import-scratch.ts";
import type { Manifest } from "./manifest.ts";
import type { Unpacked } from "./unpack.ts";

/** Puts an unpacked archive in place, then its records: what comes before them is seen by nobody, and taken back. */
export const place = async (
  workspace: Workspace,
  scratch: ImportScratch,
  manifest: Manifest,
  unpacked: Unpacked,
): Promise<void> => {
  const { metadata, paths } = workspace;
  const placed = manifest.artifacts.filter(({ record }) => unpacked.artifacts.has(record.id));
  const targets: string[] = [];
  for (const { record } of placed)
    targets.push((await workspace.artifactStoreOf(record.uri)).path(record.uri));
  const runDirectory = join(paths.runs, manifest.run.id);
  for (const path of [...targets, runDirectory]) if (existsSync(path)) throw inTheWay(path);
  await scratch.plan({ runId: manifest.run.id, uris: placed.map(({ record }) => record.uri) });
  for (const [index, { record }] of placed.entries())
    await move(unpacked.artifacts.get(record.id) as string, targets[index] as string, paths.stores);
  await move(unpacked.run, runDirectory, paths.runs);
  for (const [path, name] of unpacked.bundles) {
    if (!existsSync(join(paths.bundles, name))) await move(path, join(paths.bundles, name), paths.bundles);
  }
  await metadata.importRun(await recordsFor(workspace, manifest, placed));
};

/** With its parents up to `root`, durably. */
const move = async (from: string, to: string, root: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  for (let at = dirname(to); at.startsWith(root); at = dirname(at)) await syncDirectory(at);
};

const recordsFor = async (
  workspace: Workspace,
  { run, snapshot, build, steps }: Manifest,
  placed: Manifest["artifacts"],
): Promise<RunRecords> => {
  const artifacts: ArtifactVersion[] = [];
  for (const { record } of placed) {
    const store = await workspace.artifactStoreOf(record.uri);
    const stamps = await store.stamps(record.uri, { materializer: record.materializer });
    artifacts.push({ ...record, stamps });
  }
  const stepRuns = steps.map(({ record: stepRun, inputs, outputs }) => ({ stepRun, inputs, outputs }));
  return { run, snapshot, build, stepRuns, artifacts };
};

const inTheWay = (path: string): ArchiveConflictError =>
  new ArchiveConflictError(
    `The archive cannot be imported: ${path} is there, though nothing on record is of it. ` +
      `Move ${basename(path)} away, and import again. Nothing was changed.`,
  );
