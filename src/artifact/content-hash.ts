import { createHash, hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { listPlainTree, openPlainFile } from "./plain-files.ts";

export interface ContentHash {
  /** In hex. */
  readonly contentHash: string;
  /** Of all files together. */
  readonly sizeBytes: number;
}

export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with every file before it is read. */
  readonly onFile?: (file: FileHandle, path: string) => Promise<void>;
}

/** How much of a file is in memory at a time. Bytes. */
export const CHUNK = 1024 * 1024;

/** Reads an open file once, from where it stands, in pieces. */
export const hashFile = async (
  file: FileHandle,
  signal: AbortSignal | undefined,
  chunk: Buffer = Buffer.allocUnsafe(CHUNK),
): Promise<ContentHash> => {
  const digest = createHash("sha256");
  let sizeBytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return { contentHash: digest.digest("hex"), sizeBytes };
    digest.update(chunk.subarray(0, bytesRead));
    sizeBytes += bytesRead;
  }
};

/** A file of an artifact with the hash of its content. */
export interface HashedFile {
  readonly kind: "file";
  /** Relative to the artifact's directory, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
  readonly executable: boolean;
}

/** What `hashDirectory` makes of these files, in the order of their paths' UTF-8 bytes. */
export const hashOfFiles = (files: readonly HashedFile[]): string =>
  hash("sha256", files.map(({ path, sizeBytes, sha256 }) => lineOf(path, sizeBytes, sha256)).join(""));

const lineOf = (path: string, sizeBytes: number, sha256: string): string =>
  `${path}\0${sizeBytes}\0${sha256}\n`;

/**
 * The content hash of an artifact: SHA-256, in hex, over one line for each file, in the order of the paths' UTF-8 bytes:
 *
 *     <path relative to the directory, with '/', in UTF-8> NUL <size in bytes, decimal> NUL <SHA-256 of the content, hex> LF
 *
 * Nothing else counts: no time stamp, owner, mode or empty directory, nor the order in which a directory is read.
 *
 * @throws ArtifactMissingError, ArtifactDamagedError as `listPlainTree` does; the signal's reason.
 */
export const hashDirectory = async (directory: string, options: HashOptions = {}): Promise<ContentHash> => {
  const lines: string[] = [];
  let total = 0;
  for (const path of (await listPlainTree(directory)).files) {
    await using file = await openPlainFile(join(directory, path));
    await options.onFile?.(file, join(directory, path));
    const { contentHash, sizeBytes } = await hashFile(file, options.signal);
    lines.push(lineOf(path, sizeBytes, contentHash));
    total += sizeBytes;
  }
  return { contentHash: hash("sha256", lines.join("")), sizeBytes: total };
};
