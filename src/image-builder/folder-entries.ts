import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { RootEntry } from "./base-image-root.ts";
import { type Dockerignore, NOTHING_IGNORED } from "./dockerignore.ts";

/** A workspace of ours is never part of an image: it changes with each run. */
const WORKSPACE = ".stepdock";

/**
 * All that is in a folder, as entries of a tar. Links stay links; of the rights only "can be executed" counts, so that a
 * checkout under another umask is the same. Sockets, pipes and devices, which no image can have, are left out.
 */
export const entriesIn = async (
  folder: string,
  { ignore = NOTHING_IGNORED, at = "" }: { readonly ignore?: Dockerignore; readonly at?: string } = {},
): Promise<RootEntry[]> => {
  const entries: RootEntry[] = [];
  const folders = [""];
  // The loop also visits what it appends.
  for (const below of folders) {
    for (const name of await readdir(join(folder, below))) {
      const path = inside(below, name);
      const isIgnored = ignore.ignores(path);
      if (name === WORKSPACE || (isIgnored && !ignore.hasExceptions)) continue;
      const entry = await entryOf(join(folder, path), inside(at, path));
      if (entry?.type === "directory") folders.push(path);
      if (entry && !isIgnored) entries.push(entry);
    }
  }
  return entries;
};

/** The file at `path`, or the folder with all that is in it, as entries of a tar at `at`. */
export const entriesAt = async (path: string, at: string): Promise<RootEntry[]> => {
  const entry = await entryOf(path, at);
  if (!entry) throw new Error("it is neither a file, a folder nor a link");
  return entry.type === "directory" ? [entry, ...(await entriesIn(path, { at }))] : [entry];
};

const inside = (folder: string, path: string): string => (folder === "" ? path : `${folder}/${path}`);

const entryOf = async (source: string, path: string): Promise<RootEntry | undefined> => {
  const stats = await lstat(source);
  if (stats.isSymbolicLink()) return { path, type: "symlink", target: await readlink(source) };
  if (stats.isDirectory()) return { path, type: "directory", mode: 0o755 };
  return stats.isFile()
    ? { path, type: "file", mode: stats.mode & 0o111 ? 0o755 : 0o644, source }
    : undefined;
};
