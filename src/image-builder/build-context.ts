import { lstat, readFile } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import type { ContainerImage } from "../model/index.ts";
import { contentHash, type RootEntry } from "./base-image-root.ts";
import { readDockerignore } from "./dockerignore.ts";
import { entriesIn } from "./folder-entries.ts";
import { ImageSettingsError } from "./image-settings-error.ts";

export type ContainerBuild = NonNullable<ContainerImage["build"]>;

/** What a build of a container step's image is made from, as it was when it was looked at. */
export interface BuildContext {
  /** All that is sent, the Dockerfile among it. */
  readonly entries: readonly RootEntry[];
  /** Path of the Dockerfile among the entries. */
  readonly dockerfile: string;
  /** SHA-256 in hex over names, kinds and contents of all entries but the Dockerfile, and which may be executed. */
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
  const ignore = await readDockerignore(join(root, ".dockerignore"));
  const others = (await entriesIn(root, { ignore })).filter(({ path }) => path !== dockerfile);
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
