import { chmod, copyFile, mkdir, open, rename, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HashedEntry } from "../../artifact/entries-hash.ts";
import { syncDirectory } from "../../util/write-atomic.ts";
import { attemptPaths } from "../../workspace/paths.ts";
import type { Manifest } from "./manifest.ts";

/** The contents of an archive, each under its hash; the last file that one is needed for takes it away. */
class Contents {
  readonly #directory: string;
  readonly #left: Map<string, number>;

  constructor(directory: string, uses: readonly string[]) {
    this.#directory = directory;
    this.#left = new Map();
    for (const sha256 of uses) this.#left.set(sha256, (this.#left.get(sha256) ?? 0) + 1);
  }

  async put(sha256: string, target: string): Promise<void> {
    const source = join(this.#directory, sha256);
    const left = (this.#left.get(sha256) ?? 1) - 1;
    this.#left.set(sha256, left);
    if (left === 0) return await rename(source, target);
    await copyFile(source, target);
    await using copy = await open(target, "r");
    await copy.sync();
  }
}

export interface Unpacked {
  /** Directories of the artifacts that were asked for, by id. */
  readonly artifacts: ReadonlyMap<string, string>;
  /** To become the run's own directory. */
  readonly run: string;
  /** Where a file is → its name among the bundles. */
  readonly bundles: ReadonlyMap<string, string>;
}

/** Puts the contents of an archive together below `scratch`, durably; they are in `scratch/blobs`. */
export const unpack = async (
  scratch: string,
  manifest: Manifest,
  wanted: ReadonlySet<string>,
): Promise<Unpacked> => {
  const chosen = manifest.artifacts.filter(({ record }) => wanted.has(record.id));
  const contents = new Contents(join(scratch, "blobs"), usesOf({ ...manifest, artifacts: chosen }));
  const artifacts = new Map<string, string>();
  for (const [index, { record, entries }] of chosen.entries()) {
    const directory = join(scratch, "artifacts", String(index));
    await writeTree(directory, entries, contents);
    artifacts.set(record.id, directory);
  }
  const runs = join(scratch, "runs");
  await writeLogs(runs, manifest, contents);
  const bundles = await writeBundles(join(scratch, "bundles"), manifest, contents);
  return { artifacts, run: join(runs, manifest.run.id), bundles };
};

/** Each content as often as it is needed. */
const usesOf = ({ artifacts, logs, bundles }: Manifest): string[] => {
  const entries = artifacts.flatMap((artifact) => artifact.entries);
  return [
    ...entries.flatMap((entry) => (entry.kind === "file" ? [entry.sha256] : [])),
    ...logs.map(({ sha256 }) => sha256),
    ...bundles.flatMap(({ code, map }) => [code.sha256, map.sha256]),
  ];
};

const writeLogs = async (runs: string, { run, steps, logs }: Manifest, contents: Contents): Promise<void> => {
  await mkdir(join(runs, run.id), { recursive: true });
  const records = new Map(steps.map(({ record }) => [record.id, record]));
  for (const { stepRunId, service, sha256 } of logs) {
    const record = records.get(stepRunId);
    if (record) await putFile(contents, sha256, logPath(runs, record, service));
  }
};

/** The map before its code, as everybody writes them: where the code is, both are. */
const writeBundles = async (
  directory: string,
  { bundles }: Manifest,
  contents: Contents,
): Promise<Map<string, string>> => {
  const made = new Map<string, string>();
  for (const { code, map } of bundles) {
    const name = `${code.sha256}.mjs`;
    made.set(join(directory, `${name}.map`), `${name}.map`).set(join(directory, name), name);
    await putFile(contents, map.sha256, join(directory, `${name}.map`));
    await putFile(contents, code.sha256, join(directory, name));
  }
  return made;
};

type Attempt = Parameters<typeof attemptPaths>[1];

const logPath = (runs: string, attempt: Attempt, service: string | undefined): string => {
  const { log, services } = attemptPaths({ runs }, attempt);
  return service === undefined ? log : join(services, `${service}.ndjson`);
};

const putFile = async (contents: Contents, sha256: string, path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await contents.put(sha256, path);
  await syncDirectory(dirname(path));
};

/** Links come last, so nothing is ever written through one. */
const writeTree = async (
  directory: string,
  entries: readonly HashedEntry[],
  contents: Contents,
): Promise<void> => {
  await mkdir(directory, { recursive: true });
  const directories = entries.filter(({ kind }) => kind === "directory").map(({ path }) => path);
  // A parent is shorter than what is in it.
  for (const path of directories.sort((a, b) => a.length - b.length)) await mkdir(join(directory, path));
  for (const entry of entries) {
    if (entry.kind !== "file") continue;
    await contents.put(entry.sha256, join(directory, entry.path));
    await chmod(join(directory, entry.path), entry.executable ? 0o755 : 0o644);
  }
  for (const entry of entries) {
    if (entry.kind === "link") await symlink(entry.target, join(directory, entry.path));
  }
  for (const path of ["", ...directories]) await syncDirectory(join(directory, path));
};
