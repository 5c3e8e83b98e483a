import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import * as tar from "tar-stream";
import { isStepdockError } from "../../errors/error.ts";
import { checkManifest } from "./check-manifest.ts";
import { ArchiveInvalidError, noSuchFile } from "./errors.ts";
import { type Blob, blobName, blobsOf, MANIFEST, type Manifest } from "./manifest.ts";

/** More than a manifest of a million files has. Bytes. */
const LARGEST_MANIFEST = 512 * 1024 * 1024;

/** tar-stream's types do not say of what its entries are streams. */
type Entry = AsyncIterable<Buffer> & { readonly header: tar.Header };

export interface ReadOptions {
  /** Where contents go, each under its SHA-256. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads an archive once, and verifies all of it: the manifest, and the size and SHA-256 of every content.
 *
 * @throws ArchiveInvalidError
 */
export const readArchive = async (file: string, { directory, signal }: ReadOptions): Promise<Manifest> => {
  const extract = tar.extract();
  const options = signal ? { signal } : {};
  const feeding = pipeline(createReadStream(file), createZstdDecompress(), extract, options);
  // Told by what reads from it.
  feeding.catch((error: Error) => extract.destroy(error));
  try {
    const manifest = await readEntries(
      file,
      extract as AsyncIterable<unknown> as AsyncIterable<Entry>,
      directory,
    );
    await feeding;
    return manifest;
  } catch (error) {
    signal?.throwIfAborted();
    throw await asInvalid(file, error, feeding);
  } finally {
    extract.destroy();
    await feeding.catch(() => {});
  }
};

const readEntries = async (
  file: string,
  entries: AsyncIterable<Entry>,
  directory: string,
): Promise<Manifest> => {
  let manifest: Manifest | undefined;
  const missing = new Map<string, Blob>();
  for await (const entry of entries) {
    if (manifest) {
      const blob = missing.get(entry.header.name);
      missing.delete(entry.header.name);
      await takeBlob(file, entry, blob, directory);
    } else {
      manifest = checkManifest(file, await manifestText(file, entry));
      for (const blob of blobsOf(manifest).values()) missing.set(blobName(blob.sha256), blob);
    }
  }
  if (!manifest) throw notOurs(file);
  const [first] = missing.keys();
  if (first !== undefined) throw new ArchiveInvalidError(file, `${first} is missing from it. ${AGAIN}`);
  return manifest;
};

const manifestText = async (file: string, entry: Entry): Promise<string> => {
  const { name, type, size = 0 } = entry.header;
  if (name !== MANIFEST || type !== "file" || size > LARGEST_MANIFEST) throw notOurs(file);
  return await text(entry);
};

/** Only what the manifest names is ever written, under its hash: names in the archive lead nowhere. */
const takeBlob = async (
  file: string,
  entry: Entry,
  blob: Blob | undefined,
  directory: string,
): Promise<void> => {
  const { name, type, size } = entry.header;
  if (!blob || type !== "file") {
    const what = type === "file" ? "" : ` (a ${type})`;
    throw new ArchiveInvalidError(file, `it holds "${name}"${what}, which its manifest does not name.`);
  }
  const digest = createHash("sha256");
  const hashed = async function* () {
    for await (const chunk of entry) {
      digest.update(chunk);
      yield chunk;
    }
  };
  if (size !== blob.sizeBytes) throw damaged(file, name);
  const target = createWriteStream(join(directory, blob.sha256), { flags: "wx", flush: true });
  await pipeline(hashed, target);
  if (digest.digest("hex") !== blob.sha256) throw damaged(file, name);
};

const AGAIN = "Copy it again, or have it exported again.";

const damaged = (file: string, name: string): ArchiveInvalidError =>
  new ArchiveInvalidError(file, `${name} in it is damaged. ${AGAIN}`);

const notOurs = (file: string, options?: ErrorOptions): ArchiveInvalidError =>
  new ArchiveInvalidError(file, "it is not an archive of `stepdock export`.", options);

/** zlib and tar say what is wrong in words of their own; what the system refuses is told as it is. */
const asInvalid = async (file: string, error: unknown, feeding: Promise<void>): Promise<unknown> => {
  if (isStepdockError(error)) return error;
  const cause = await feeding.then(
    () => error,
    (fault: unknown) => fault,
  );
  const { code = "", syscall, path, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT" && path === file) return noSuchFile(file, { cause });
  if (syscall === "read" || path === file)
    return new ArchiveInvalidError(file, `it cannot be read (${code}).`, { cause });
  if (syscall !== undefined || (error as NodeJS.ErrnoException).syscall !== undefined) return error;
  if (code === "ZSTD_error_prefix_unknown") return notOurs(file, { cause });
  return new ArchiveInvalidError(file, `it is damaged or cut off (${message}). ${AGAIN}`, { cause });
};
