import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, posix, relative, resolve } from "node:path";
import type { ContainerImage } from "../model/index.ts";
import { contentHash, type RootEntry } from "./base-image-root.ts";
import { dockerIgnore, hasExceptions } from "./docker-ignore.ts";
import { ImageSettingsError } from "./image-settings-error.ts";

export type ContainerBuild = NonNullable<ContainerImage["build"]>;

/** What a build of a container step's image is made from, as it was when it was looked at. */
export interface BuildContext {
  /** All that is sent, the Dockerfile among it. */
  readonly entries: readonly RootEntry[];
  /** Path of the Dockerfile among the entries. */
  readonly dockerfile: string;
  /** SHA-256 in hex over names, kinds, modes and contents of all entries but the Dockerfile: no times, no place. */
  readonly contentHash: string;
  /** The Dockerfile's text. */
  readonly recipe: string;
}

/**
 * Reads a build context, without what its `.dockerignore` leaves out.
 *
 * @throws ImageSettingsError where the directory or its Dockerfile is not there
 */
export const readBuildContext = async (
  projectRoot: string,
  build: ContainerBuild,
  signal?: AbortSignal,
): Promise<BuildContext> => {
  const root = resolve(projectRoot, build.context);
  const dockerfile = posix.normalize(build.dockerfile ?? "Dockerfile");
  if (dockerfile.startsWith("../") || posix.isAbsolute(dockerfile)) throw outside(build, dockerfile);
  const recipe = await readRecipe(root, dockerfile, build);
  const ignored = await readIgnored(root);
  const others = (await entriesOf(root, ignored)).filter(({ path }) => path !== dockerfile);
  const own: RootEntry = { path: dockerfile, type: "file", mode: 0o644, text: recipe };
  const hash = await contentHash(others, signal);
  return { entries: [...others, own], dockerfile, contentHash: hash, recipe };
};

const readRecipe = async (root: string, dockerfile: string, build: ContainerBuild): Promise<string> => {
  try {
    return await readFile(join(root, dockerfile), "utf8");
  } catch (cause) {
    const isThere = await lstat(root).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    throw isThere ? noDockerfile(build, dockerfile, cause) : noContext(build, root, cause);
  }
};

interface Ignored {
  readonly leavesOut: (path: string) => boolean;
  readonly hasExceptions: boolean;
}

const readIgnored = async (root: string): Promise<Ignored> => {
  const text = await readFile(join(root, ".dockerignore"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return { leavesOut: dockerIgnore(text), hasExceptions: hasExceptions(text) };
};

const entriesOf = async (root: string, ignored: Ignored): Promise<RootEntry[]> => {
  const entries: RootEntry[] = [];
  const directories = [root];
  // The loop also visits what it appends.
  for (const directory of directories) {
    for (const name of await readdir(directory)) {
      const source = join(directory, name);
      const entry = await entryOf(source, relative(root, source).replaceAll("\\", "/"));
      if (!entry) continue;
      const isLeftOut = ignored.leavesOut(entry.path);
      if (entry.type === "directory" && (!isLeftOut || ignored.hasExceptions)) directories.push(source);
      if (!isLeftOut) entries.push(entry);
    }
  }
  return entries;
};

/** Undefined for what no image can have from a context: sockets, pipes, devices. */
const entryOf = async (source: string, path: string): Promise<RootEntry | undefined> => {
  const stats = await lstat(source);
  const mode = stats.mode & 0o7777;
  if (stats.isSymbolicLink()) return { path, type: "symlink", target: await readlink(source) };
  if (stats.isDirectory()) return { path, type: "directory", mode };
  return stats.isFile() ? { path, type: "file", mode, source } : undefined;
};

const noContext = ({ context }: ContainerBuild, root: string, cause: unknown): ImageSettingsError =>
  settingsError(
    "build.context",
    context,
    `There is no directory ${root}, which the build context "${context}" names. It is relative to the directory of ` +
      "the nearest package.json.",
    cause,
  );

const noDockerfile = ({ context }: ContainerBuild, dockerfile: string, cause: unknown): ImageSettingsError =>
  settingsError(
    "build.dockerfile",
    dockerfile,
    `The build context "${context}" has no file "${dockerfile}" that could be read. Write one, or name it: ` +
      `\`build: { context: ${JSON.stringify(context)}, dockerfile: "…" }\`.`,
    cause,
  );

const outside = ({ context }: ContainerBuild, dockerfile: string): ImageSettingsError =>
  settingsError(
    "build.dockerfile",
    dockerfile,
    `The Dockerfile "${dockerfile}" lies outside its build context "${context}". Name one inside, relative to it.`,
  );

const settingsError = (setting: string, subject: string, text: string, cause?: unknown): ImageSettingsError =>
  new ImageSettingsError(setting, subject, text, cause === undefined ? undefined : { cause });
