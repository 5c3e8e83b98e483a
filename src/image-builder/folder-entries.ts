import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { RootEntry } from "./base-image-root.ts";
import { type Dockerignore, parseDockerignore } from "./dockerignore.ts";
import { ImageSettingsError } from "./image-settings-error.ts";

/** A file or folder of this machine that goes into a build. */
export interface Source {
  /** Which of `DockerSettings` names it. */
  readonly setting: string;
  /** As it stands there. */
  readonly named: string;
  readonly path: string;
}

const NOTHING: Dockerignore = { ignores: () => false, hasExceptions: false };

/**
 * The file at `source`, or all files of the folder, as entries of a tar at `at` ('' for its root). Links stay links; of
 * the rights only "can be executed" counts, so that a checkout under another umask is the same. A workspace of ours is
 * never among them: it changes with each run.
 *
 * @throws ImageSettingsError where there is nothing
 */
export const entriesOf = async (source: Source, at: string, ignore = NOTHING): Promise<RootEntry[]> => {
  const entry = await entryAt(source, at);
  return entry.type === "directory"
    ? [...(at === "" ? [] : [entry]), ...(await entriesIn(source.path, { at, below: "", ignore }))]
    : [entry];
};

/** The patterns for a context; without a file of their own, those of `.dockerignore` in it. */
export const ignoreFor = async (context: string, named: Source | undefined): Promise<Dockerignore> => {
  const text = await readFile(named?.path ?? join(context, ".dockerignore"), "utf8").catch((cause: Error) => {
    if (named) throw missing(named, cause);
    return "";
  });
  return parseDockerignore(text);
};

const WORKSPACE = ".stepdock";

interface Place {
  readonly at: string;
  /** Path in the folder that is walked. */
  readonly below: string;
  readonly ignore: Dockerignore;
}

const entriesIn = async (folder: string, { at, below, ignore }: Place): Promise<RootEntry[]> => {
  const entries: RootEntry[] = [];
  for (const { name } of await readdir(folder, { withFileTypes: true })) {
    const [path, inside] = [join(folder, name), below === "" ? name : `${below}/${name}`];
    const isIgnored = ignore.ignores(inside);
    if (name === WORKSPACE || (isIgnored && !ignore.hasExceptions)) continue;
    const entry = await entryAt({ path }, at === "" ? name : `${at}/${name}`);
    if (!isIgnored) entries.push(entry);
    if (entry.type === "directory")
      entries.push(...(await entriesIn(path, { at: entry.path, below: inside, ignore })));
  }
  return entries;
};

const entryAt = async (source: Pick<Source, "path"> & Partial<Source>, at: string): Promise<RootEntry> => {
  const stats = await lstat(source.path).catch((cause: Error) => {
    throw missing(source, cause);
  });
  if (stats.isDirectory()) return { path: at, type: "directory", mode: 0o755 };
  if (stats.isSymbolicLink()) return { path: at, type: "symlink", target: await readlink(source.path) };
  if (stats.isFile()) {
    return { path: at, type: "file", mode: stats.mode & 0o111 ? 0o755 : 0o644, source: source.path };
  }
  throw missing(source, new Error("it is neither a file, a folder nor a link"));
};

const missing = (
  { setting = "buildContextRoot", named, path }: Pick<Source, "path"> & Partial<Source>,
  cause: Error,
) =>
  new ImageSettingsError(
    setting,
    named,
    `"settings.docker.${setting}" names ${named ?? path}, which cannot be read: ${cause.message}. ` +
      "Paths are relative to the project's root.",
    { cause },
  );
