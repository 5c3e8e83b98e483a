import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { CHUNK, hashFile } from "../../artifact/content-hash.ts";
import { type HashedEntry, hashOfEntries } from "../../artifact/entries-hash.ts";
import { ArtifactDamagedError } from "../../artifact/errors.ts";
import { openPlainFile } from "../../artifact/plain-files.ts";
import { listTree, type TreeEntry } from "../../artifact/tree.ts";
import { EXECUTABLE } from "../../artifact/tree-hash.ts";
import { bundlesOfSnapshot, type PipelineSnapshot } from "../../model/index.ts";
import { attemptPaths } from "../../workspace/paths.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { ArchivedArtifact, ArchivedBundle, ArchivedLog, ArchivedStep, Blob } from "./manifest.ts";

/** Where each content of an archive is on this machine, by its SHA-256. */
export type BlobFiles = Map<string, string>;

/** Reads files, and remembers where what they hold is to be found. */
class Hasher {
  readonly files: BlobFiles;
  readonly signal: AbortSignal | undefined;
  readonly #chunk = Buffer.allocUnsafe(CHUNK);

  constructor(files: BlobFiles, signal: AbortSignal | undefined) {
    this.files = files;
    this.signal = signal;
  }

  async blob(path: string): Promise<Blob & { readonly executable: boolean }> {
    await using file = await openPlainFile(path);
    const { mode } = await file.stat();
    const { contentHash: sha256, sizeBytes } = await hashFile(file, this.signal, this.#chunk);
    this.files.set(sha256, path);
    return { sha256, sizeBytes, executable: (mode & EXECUTABLE) !== 0 };
  }
}

export const hasher = (files: BlobFiles, signal?: AbortSignal): Hasher => new Hasher(files, signal);

/**
 * What an artifact consists of, which is brought here first where it is kept elsewhere.
 *
 * @throws ArtifactMissingError, ArtifactDamagedError where it is not what was published; ArtifactStoreError
 */
export const entriesOf = async (
  workspace: Workspace,
  record: ArchivedArtifact["record"],
  hash: Hasher,
): Promise<HashedEntry[]> => {
  const { uri, materializer, contentHash: expectedHash } = record;
  const store = await workspace.artifactStoreOf(uri);
  const { stamps = [] } = (await workspace.metadata.getArtifact(record.id)) ?? {};
  await store.fetch({ ...record, stamps }, { signal: hash.signal });
  const directory = store.path(uri);
  const entries: HashedEntry[] = [];
  for (const entry of await listTree(directory)) entries.push(await hashed(directory, entry, hash));
  const actualHash = hashOfEntries(materializer, entries);
  if (actualHash === expectedHash) return entries;
  const problem = `its content hash is ${actualHash}, but ${expectedHash} was published.`;
  throw new ArtifactDamagedError({ path: directory, uri, problem, expectedHash, actualHash });
};

const hashed = async (directory: string, entry: TreeEntry, hash: Hasher): Promise<HashedEntry> => {
  const { kind, path } = entry;
  if (kind === "link") return entry;
  return kind === "file" ? { kind, path, ...(await hash.blob(join(directory, path))) } : { kind, path };
};

/** What the attempts printed, and their services; of a cached step, what the one printed whose outputs it took. */
export const logsOf = async (
  { metadata, paths }: Workspace,
  steps: readonly ArchivedStep[],
  hash: Hasher,
): Promise<ArchivedLog[]> => {
  const logs: ArchivedLog[] = [];
  const add = async (stepRunId: string, file: string, service?: string) => {
    if (!existsSync(file)) return;
    const { sha256, sizeBytes } = await hash.blob(file);
    logs.push({ stepRunId, ...(service === undefined ? {} : { service }), sha256, sizeBytes });
  };
  for (const { record } of steps) {
    const source = record.cachedFrom === null ? undefined : await metadata.getStepRun(record.cachedFrom);
    const { log, services } = attemptPaths(paths, source ?? record);
    await add(record.id, log);
    for (const file of existsSync(services) ? (await readdir(services)).sort() : [])
      await add(record.id, join(services, file), basename(file, ".ndjson"));
  }
  return logs;
};

/** The code of the steps, as far as it is still there: materializers of a user's own are in it. */
export const bundlesIn = async (
  { paths }: Workspace,
  snapshot: PipelineSnapshot,
  hash: Hasher,
): Promise<ArchivedBundle[]> => {
  const bundles: ArchivedBundle[] = [];
  for (const codeHash of bundlesOfSnapshot(snapshot).sort()) {
    const path = join(paths.bundles, `${codeHash}.mjs`);
    if (!existsSync(path) || !existsSync(`${path}.map`)) continue;
    bundles.push({ code: plain(await hash.blob(path)), map: plain(await hash.blob(`${path}.map`)) });
  }
  return bundles;
};

const plain = ({ sha256, sizeBytes }: Blob): Blob => ({ sha256, sizeBytes });
