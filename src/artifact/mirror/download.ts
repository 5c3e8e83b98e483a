import { createHash } from "node:crypto";
import { mkdir, open, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HashedFile } from "../content-hash.ts";
import { ArtifactDamagedError, ArtifactMissingError } from "../errors.ts";
import { severalAtATime } from "../several-at-a-time.ts";
import type { Manifest } from "./manifest.ts";
import { fileKey } from "./object-keys.ts";
import type { ObjectOptions, ObjectStore } from "./object-store.ts";

export interface Download {
  readonly uri: string;
  /** Of the artifact. */
  readonly key: string;
  readonly manifest: Manifest;
  /** Exists, is empty, and is nobody else's. */
  readonly directory: string;
}

/**
 * Makes the files of an artifact from its objects, durably and piece by piece, each checked by its size and hash.
 *
 * @throws ArtifactMissingError, ArtifactDamagedError, both with the object's place
 */
export const download = async (
  objects: ObjectStore,
  work: Download,
  options: ObjectOptions,
): Promise<void> => {
  const { entries } = work.manifest;
  const directories = entries.flatMap(({ kind, path }) => (kind === "directory" ? [path] : []));
  const files = entries.filter((entry) => entry.kind === "file");
  for (const path of new Set([...directories, ...files.map(({ path }) => dirname(path))]))
    await mkdir(join(work.directory, path), { recursive: true });
  await severalAtATime(files, () => (file) => downloadFile(objects, { ...work, file }, options));
  // Last: nothing is written through one.
  for (const entry of entries)
    if (entry.kind === "link") await symlink(entry.target, join(work.directory, entry.path));
};

const downloadFile = async (
  objects: ObjectStore,
  { uri, key: artifact, directory, file }: Download & { readonly file: HashedFile },
  options: ObjectOptions,
): Promise<void> => {
  options.signal?.throwIfAborted();
  const key = fileKey(artifact, file.path);
  const pieces = await objects.get(key, options);
  const at = join(directory, file.path);
  if (!pieces) throw new ArtifactMissingError({ path: at, uri, place: objects.place(key) });
  const content = await writeFile(at, pieces, file.executable);
  if (content.sha256 === file.sha256) return;
  const [expectedHash, actualHash] = [file.sha256, content.sha256];
  const problem = `${content.sizeBytes} bytes with the SHA-256 ${actualHash} were read, and ${file.sizeBytes} with ${expectedHash} were stored.`;
  throw new ArtifactDamagedError({ path: objects.place(key), uri, problem, expectedHash, actualHash });
};

const writeFile = async (
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  executable: boolean,
): Promise<Pick<HashedFile, "sizeBytes" | "sha256">> => {
  await using file = await open(path, "wx", executable ? 0o755 : 0o644);
  const digest = createHash("sha256");
  let sizeBytes = 0;
  for await (const piece of pieces) {
    digest.update(piece);
    sizeBytes += piece.length;
    await file.writeFile(piece);
  }
  await file.sync();
  return { sizeBytes, sha256: digest.digest("hex") };
};
