import type { Dirent, Stats } from "node:fs";
import { constants, type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactDamagedError, ArtifactMissingError } from "./errors.ts";

/** Paths relative to the directory, with `/`. */
export interface PlainTree {
  /** In the order of their UTF-8 bytes. */
  readonly files: readonly string[];
  /** Parents first; the directory itself is the empty path. */
  readonly directories: readonly string[];
}

type Kinds = Pick<
  Stats,
  "isFIFO" | "isSymbolicLink" | "isSocket" | "isCharacterDevice" | "isBlockDevice" | "isFile" | "isDirectory"
>;

const kindOf = (entry: Kinds): string => {
  if (entry.isSymbolicLink()) return "a symbolic link";
  if (entry.isFIFO()) return "a named pipe";
  if (entry.isSocket()) return "a socket";
  if (entry.isCharacterDevice() || entry.isBlockDevice()) return "a device";
  if (entry.isDirectory()) return "a directory";
  return entry.isFile() ? "a file" : "of an unknown kind";
};

const refuse = (path: string, kind: string, options?: ErrorOptions): ArtifactDamagedError =>
  damaged(path, `it is ${kind}, and only plain files and directories are read.`, options);

const damaged = (path: string, problem: string, options?: ErrorOptions): ArtifactDamagedError =>
  new ArtifactDamagedError({ path, problem }, options);

/** What the refusal of the system means for an artifact. */
const explain = (path: string, cause: unknown): unknown => {
  const { code } = cause as { code?: unknown };
  if (code === "ELOOP") return refuse(path, "a symbolic link", { cause });
  if (code === "ENOENT" || code === "ENOTDIR") return damaged(path, "this part of it is missing.", { cause });
  if (code === "EACCES" || code === "EPERM" || code === "EIO") {
    return damaged(path, `it cannot be read (${code}).`, { cause });
  }
  return cause;
};

export const explained = async <T>(path: string, read: Promise<T>): Promise<T> => {
  try {
    return await read;
  } catch (error) {
    throw explain(path, error);
  }
};

export const byUtf8 = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

export const checkDirectory = async (directory: string): Promise<void> => {
  const stats = await lstat(directory).catch((error: NodeJS.ErrnoException) => {
    const isMissing = error.code === "ENOENT" || error.code === "ENOTDIR";
    throw isMissing ? new ArtifactMissingError({ path: directory }) : explain(directory, error);
  });
  if (!stats.isDirectory()) throw refuse(directory, kindOf(stats));
};

const checkEntry = (path: string, entry: Dirent, links: boolean): void => {
  // Node puts U+FFFD where a name is not UTF-8: such a name has no one spelling to hash.
  if (entry.name.includes("\uFFFD")) throw refuse(path, "an entry whose name is not UTF-8");
  if (links && entry.isSymbolicLink()) return;
  if (!entry.isFile() && !entry.isDirectory()) throw refuse(path, kindOf(entry));
};

/**
 * What lies below an artifact's directory, seen through no link.
 *
 * @throws ArtifactMissingError where there is no directory; ArtifactDamagedError where there is a link, a pipe, a
 * socket or a device: a step may have planted one to make the host read or hang.
 */
export const listPlainTree = async (directory: string): Promise<PlainTree> => {
  await checkDirectory(directory);
  const files: string[] = [];
  const directories = [""];
  // The loop also visits what it appends.
  for (const parent of directories) {
    for (const { path, kind } of await listEntries(directory, parent))
      (kind === "file" ? files : directories).push(path);
  }
  return { files: files.sort(byUtf8), directories };
};

interface PlainEntry {
  /** Relative to the directory of the artifact. */
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
}

/** What is in the directory `parent` of an artifact's; symbolic links are refused unless they are asked for. */
export const listEntries = async (
  directory: string,
  parent: string,
  { links = false }: { readonly links?: boolean } = {},
): Promise<PlainEntry[]> => {
  const at = join(directory, parent);
  const entries = await explained(at, readdir(at, { withFileTypes: true }));
  return entries.map((entry) => {
    checkEntry(join(at, entry.name), entry, links);
    return { path: parent === "" ? entry.name : `${parent}/${entry.name}`, kind: plainKind(entry) };
  });
};

const plainKind = (entry: Dirent): PlainEntry["kind"] => {
  if (entry.isSymbolicLink()) return "link";
  return entry.isFile() ? "file" : "directory";
};

// Without O_NONBLOCK, opening a pipe that nobody writes to waits for ever.
const READ_PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a file for reading, and refuses what is none, also where it was swapped since it was listed. */
export const openPlainFile = async (path: string): Promise<FileHandle> => {
  const file = await explained(path, open(path, READ_PLAIN));
  const stats = await file.stat();
  if (stats.isFile()) return file;
  await file.close();
  throw refuse(path, kindOf(stats));
};

/** The whole of one file of an artifact. */
export const readPlainFile = async (path: string): Promise<Buffer> => {
  await using file = await openPlainFile(path);
  return await file.readFile();
};
