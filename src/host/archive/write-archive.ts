import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import * as tar from "tar-stream";
import { canonicalJson } from "../../util/canonical.ts";
import { syncDirectory } from "../../util/write-atomic.ts";
import type { BlobFiles } from "./contents.ts";
import { ExportRefusedError, fileExists } from "./errors.ts";
import { type Blob, blobName, blobsOf, MANIFEST, type Manifest } from "./manifest.ts";

/** The same archive for the same run, whoever writes it and when. */
const ENTRY = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) } as const;

/**
 * Writes an archive: the manifest, then every content once; all of it or nothing. No more than some pieces of a file are
 * in memory at a time.
 *
 * @throws ExportRefusedError where the file is there already, or a content is another one by now
 */
export const writeArchive = async (
  file: string,
  manifest: Manifest,
  files: BlobFiles,
  signal?: AbortSignal,
): Promise<void> => {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeStream(temporary, manifest, files, signal);
    // The name is taken first: nothing that came there meanwhile is overwritten.
    await (await open(file, "wx")).close();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw asRefusal(file, temporary, error);
  }
  await syncDirectory(dirname(file));
};

/** What the system says of the archive itself; a full disk names no path. */
const asRefusal = (file: string, temporary: string, error: unknown): unknown => {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (path === file && code === "EEXIST") return fileExists(file);
  if (path !== file && path !== temporary && syscall !== "write" && syscall !== "fsync") return error;
  const problem = `${file} cannot be written (${code}).`;
  return new ExportRefusedError(`${problem} Name another place with --output.`, { cause: error });
};

const writeStream = async (
  path: string,
  manifest: Manifest,
  files: BlobFiles,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const pack = tar.pack();
  const filling = fill(pack, manifest, files).catch((error: Error) => {
    pack.destroy(error);
    throw error;
  });
  const options = signal ? { signal } : {};
  // tar-stream's streams are none of Node's.
  const target = createWriteStream(path, { flags: "wx", flush: true });
  const writing = pipeline(Readable.from(pack), createZstdCompress(), target, options).catch(
    (error: Error) => {
      pack.destroy(error);
      throw error;
    },
  );
  const [written, filled] = await Promise.allSettled([writing, filling]);
  // What went wrong while it was filled is the cause, also where the other one noticed it.
  for (const each of [filled, written]) if (each.status === "rejected") throw each.reason;
};

const fill = async (pack: tar.Pack, manifest: Manifest, files: BlobFiles): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    pack.entry({ ...ENTRY, name: MANIFEST }, canonicalJson(manifest as never), done);
  });
  for (const blob of blobsOf(manifest).values()) await addBlob(pack, blob, files.get(blob.sha256) ?? "");
  pack.finalize();
};

/** Read a second time: it may be another content than the one that the manifest tells. */
const addBlob = async (pack: tar.Pack, { sha256, sizeBytes }: Blob, path: string): Promise<void> => {
  const digest = createHash("sha256");
  let size = 0;
  const checked = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > sizeBytes) throw changed(path);
      digest.update(chunk);
      yield chunk;
    }
    if (size !== sizeBytes || digest.digest("hex") !== sha256) throw changed(path);
  };
  const entry = pack.entry({ ...ENTRY, name: blobName(sha256), size: sizeBytes });
  await pipeline(createReadStream(path), checked, entry);
};

const changed = (path: string): ExportRefusedError =>
  new ExportRefusedError(`${path} changed while it was exported. Export the run again.`);
