import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type * as TarFs from "tar-fs";

/** One entry of a root file system. `source` is a file of this machine, `text` the content itself. */
export type RootEntry = Readonly<{ path: string; owner?: number }> &
  Readonly<
    | { type: "directory"; mode: number }
    | { type: "symlink"; target: string }
    | { type: "file"; mode: number; text: string | Buffer }
    | { type: "file"; mode: number; source: string }
  >;

/** By path, one entry each, so that equal content gives an equal tar. */
export const sorted = (entries: readonly RootEntry[]): RootEntry[] =>
  [...new Map(entries.map((entry) => [entry.path, entry])).values()].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );

/** SHA-256, in hex, of the paths, modes, owners and bytes: never of where on this machine they came from. */
export const contentHash = async (entries: readonly RootEntry[], signal?: AbortSignal): Promise<string> => {
  const total = createHash("sha256");
  for (const entry of sorted(entries)) {
    const content = "source" in entry ? { source: await fileHash(entry.source, signal) } : {};
    total.update(`${JSON.stringify(Object.entries({ ...entry, ...content }).sort())}\n`);
  }
  return total.digest("hex");
};

/** What the file system says of a file: quick to ask, and another once the file is touched. */
export const statPrint = async (source: string): Promise<string> => {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(source, { bigint: true });
  return [source, dev, ino, size, mtimeNs, ctimeNs].join(" ");
};

const fileHash = async (path: string, signal?: AbortSignal): Promise<string> => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
};

/** Loaded when something is packed, and at once: where nothing is built, nothing is. */
const tarFs = (): typeof TarFs => createRequire(import.meta.url)("tar-fs") as typeof TarFs;

/** A tar of the entries, the same bytes for the same content: sorted, all times the epoch. */
export const packRoot = (entries: readonly RootEntry[]): Readable =>
  // tar-fs hands over the tar stream it made, which is none of Node's: what sends it relies on Node's. The entries come
  // from several places, so none is walked.
  Readable.from(
    tarFs().pack("/", {
      entries: [],
      finalize: false,
      finish: (tar) => {
        writeEntries(tar, sorted(entries)).catch((error: Error) => tar.destroy(error));
      },
    }),
  );

const EPOCH = new Date(0);

const writeEntries = async (tar: TarFs.Pack, entries: readonly RootEntry[]): Promise<void> => {
  for (const entry of entries) await writeEntry(tar, entry);
  tar.finalize();
};

const writeEntry = async (tar: TarFs.Pack, entry: RootEntry): Promise<void> => {
  const header = { name: entry.path, mtime: EPOCH, uid: entry.owner ?? 0, gid: entry.owner ?? 0 };
  if (entry.type === "directory") tar.entry({ ...header, type: "directory", mode: entry.mode });
  else if (entry.type === "symlink") {
    tar.entry({ ...header, type: "symlink", mode: 0o777, linkname: entry.target });
  } else if ("text" in entry) tar.entry({ ...header, mode: entry.mode }, entry.text);
  else {
    const { size } = await stat(entry.source);
    await pipeline(createReadStream(entry.source), tar.entry({ ...header, mode: entry.mode, size }));
  }
};
