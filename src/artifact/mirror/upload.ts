import { createHash } from "node:crypto";
import { join } from "node:path";
import { keepsTree } from "../artifact-kind.ts";
import { CHUNK, type HashedFile } from "../content-hash.ts";
import { ArtifactDamagedError } from "../errors.ts";
import { listPlainTree, openPlainFile } from "../plain-files.ts";
import type { StoredArtifact } from "../port.ts";
import { severalAtATime } from "../several-at-a-time.ts";
import { listTree, type TreeEntry } from "../tree.ts";
import { EXECUTABLE, type HashedEntry } from "../tree-hash.ts";
import { hashOfEntries, type Manifest } from "./manifest.ts";
import { fileKey, manifestKey } from "./object-keys.ts";
import type { ObjectOptions, ObjectStore } from "./object-store.ts";

/**
 * Copies the directory of an artifact to objects, and the manifest last. Each file is read once, in pieces.
 *
 * @throws ArtifactDamagedError where the content is not what the artifact's hash says: there is no manifest then
 */
export const upload = async (
  objects: ObjectStore,
  { artifact, key, directory }: { artifact: StoredArtifact; key: string; directory: string },
  options: ObjectOptions,
): Promise<void> => {
  const entries = await severalAtATime(await entriesOf(artifact.materializer, directory), () => (entry) => {
    options.signal?.throwIfAborted();
    return uploadEntry(objects, { entry, key, directory }, options);
  });
  const { materializer, contentHash } = artifact;
  checkHash(hashOfEntries(materializer, entries), artifact, directory);
  const manifest: Manifest = { formatVersion: 1, materializer, contentHash, entries };
  await objects.put(manifestKey(key), bytesOf(JSON.stringify(manifest)), options);
};

const entriesOf = async (materializer: string, directory: string): Promise<readonly TreeEntry[]> => {
  if (keepsTree(materializer)) return await listTree(directory);
  const { files } = await listPlainTree(directory);
  return files.map((path) => ({ kind: "file", path }));
};

const uploadEntry = async (
  objects: ObjectStore,
  { entry, key, directory }: { entry: TreeEntry; key: string; directory: string },
  options: ObjectOptions,
): Promise<HashedEntry> => {
  if (entry.kind !== "file") return entry;
  await using file = await openPlainFile(join(directory, entry.path));
  const { mode } = await file.stat();
  const hashed = { kind: "file", path: entry.path, executable: (mode & EXECUTABLE) !== 0 } as const;
  const content: { told?: Pick<HashedFile, "sizeBytes" | "sha256"> } = {};
  const pieces = hashing(file.createReadStream({ autoClose: false, highWaterMark: CHUNK }), (told) => {
    content.told = told;
  });
  await objects.put(fileKey(key, entry.path), pieces, options);
  if (!content.told) throw new TypeError(`${entry.path} was not read to its end`);
  return { ...hashed, ...content.told };
};

/** The same pieces; what they came to is told at their end. */
async function* hashing(
  pieces: AsyncIterable<Uint8Array>,
  tell: (told: Pick<HashedFile, "sizeBytes" | "sha256">) => void,
): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  let sizeBytes = 0;
  for await (const piece of pieces) {
    digest.update(piece);
    sizeBytes += piece.length;
    yield piece;
  }
  tell({ sizeBytes, sha256: digest.digest("hex") });
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

const checkHash = (actualHash: string, artifact: StoredArtifact, path: string): void => {
  const { uri, contentHash: expectedHash } = artifact;
  if (actualHash === expectedHash) return;
  const problem = `its content hash is ${actualHash}, but ${expectedHash} was told when it was written.`;
  throw new ArtifactDamagedError({ path, uri, problem, expectedHash, actualHash });
};
