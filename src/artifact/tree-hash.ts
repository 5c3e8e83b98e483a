import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { CHUNK, type ContentHash, type HashedFile, type HashOptions, hashFile } from "./content-hash.ts";
import { ArtifactDamagedError } from "./errors.ts";
import { openPlainFile } from "./plain-files.ts";
import { severalAtATime } from "./several-at-a-time.ts";
import { listTree, type TreeEntry } from "./tree.ts";

/** Any of these rights makes a file one that may be executed. */
export const EXECUTABLE = 0o111;

/**
 * The content hash of an artifact that is a file or a folder: SHA-256, in hex, over `stepdock tree 1` LF and one line for
 * each entry, in the order of the paths' UTF-8 bytes:
 *
 *     f NUL <path> NUL <size in bytes, decimal> NUL <SHA-256 of the content, hex> LF     a file
 *     x NUL …                                                                            one that may be executed
 *     l NUL <path> NUL <target> LF                                                       a symbolic link
 *     d NUL <path> LF                                                                    a directory
 *
 * No time stamp, owner or other right counts, nor the order in which a directory is read. Files are read once, in
 * pieces.
 *
 * @throws ArtifactMissingError, ArtifactDamagedError as `listTree` does, and for a hard link to a file that is not in the
 * tree; the signal's reason.
 */
export const hashTree = async (directory: string, options: HashOptions = {}): Promise<ContentHash> => {
  const hardLinks = new HardLinks();
  const entries = await listTree(directory);
  const hashed = await severalAtATime(entries, () => {
    const chunk = Buffer.allocUnsafe(CHUNK);
    return (entry) => hashEntry(directory, entry, { ...options, hardLinks, chunk });
  });
  if (options.onFile) hardLinks.check();
  const sizeBytes = hashed.reduce((sum, each) => sum + (each.kind === "file" ? each.sizeBytes : 0), 0);
  return { contentHash: hashOfTree(hashed), sizeBytes };
};

/** What lies below the directory of a file or folder artifact, with the hash of each file. */
export type HashedEntry = HashedFile | Exclude<TreeEntry, { kind: "file" }>;

/** What `hashTree` makes of these entries, in the order of their paths' UTF-8 bytes. */
export const hashOfTree = (entries: readonly HashedEntry[]): string => {
  const digest = createHash("sha256").update("stepdock tree 1\n");
  for (const entry of entries) digest.update(`${lineOf(entry)}\n`);
  return digest.digest("hex");
};

const lineOf = (entry: HashedEntry): string => {
  if (entry.kind === "directory") return `d\0${entry.path}`;
  if (entry.kind === "link") return `l\0${entry.path}\0${entry.target}`;
  return `${entry.executable ? "x" : "f"}\0${entry.path}\0${entry.sizeBytes}\0${entry.sha256}`;
};

interface LineOptions extends HashOptions {
  readonly hardLinks: HardLinks;
  /** What is read goes through it. */
  readonly chunk: Buffer;
}

const hashEntry = async (
  directory: string,
  entry: TreeEntry,
  { hardLinks, chunk, signal, onFile }: LineOptions,
): Promise<HashedEntry> => {
  if (entry.kind !== "file") return entry;
  const path = join(directory, entry.path);
  await using file = await openPlainFile(path);
  const executable = await isExecutable(file, path, hardLinks);
  await onFile?.(file, path);
  const { contentHash: sha256, sizeBytes } = await hashFile(file, signal, chunk);
  return { kind: "file", path: entry.path, sizeBytes, sha256, executable };
};

const isExecutable = async (file: FileHandle, path: string, hardLinks: HardLinks): Promise<boolean> => {
  const { mode, nlink, dev, ino } = await file.stat();
  if (nlink > 1) hardLinks.seen(path, `${dev}:${ino}`, nlink);
  return (mode & EXECUTABLE) !== 0;
};

/** Names of one file: fine where all of them are in the tree, since then nobody else can change it. */
class HardLinks {
  readonly #missing = new Map<string, { path: string; names: number }>();

  seen(path: string, file: string, names: number): void {
    const { names: missing } = this.#missing.get(file) ?? { names };
    if (missing === 1) this.#missing.delete(file);
    else this.#missing.set(file, { path, names: missing - 1 });
  }

  check(): void {
    for (const { path } of this.#missing.values()) {
      const problem = "it is a hard link to a file outside of the folder: write a copy.";
      throw new ArtifactDamagedError({ path, problem });
    }
  }
}
