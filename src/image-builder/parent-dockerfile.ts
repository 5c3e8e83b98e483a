import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContainerEngine } from "../docker/port.ts";
import type { DockerSettings } from "../model/index.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import { hashJson } from "../util/canonical.ts";
import { contentHash, packRoot, type RootEntry } from "./base-image-root.ts";
import { textEntry } from "./build-from.ts";
import { buildIngredients, CONTEXT } from "./build-ingredients.ts";
import { parseDockerignore, readDockerignore } from "./dockerignore.ts";
import { entriesIn } from "./folder-entries.ts";
import type { ImageLabels } from "./image-names.ts";
import { changedMeanwhile } from "./image-settings-error.ts";
import { readSource, sourceOf } from "./settings-source.ts";

/** A parent image that is to be built of a Dockerfile of the user's. */
export interface ParentDockerfile {
  readonly reference: string;
  /** What the environment's key has of it. */
  readonly ingredients: Readonly<Record<string, string>>;
  readonly text: string;
  readonly entries: readonly RootEntry[];
  readonly settings: DockerSettings;
}

/** Reads the Dockerfile and its context; undefined where the settings name none. Builds nothing. */
export const planDockerfile = async (
  projectRoot: string,
  settings: DockerSettings,
): Promise<ParentDockerfile | undefined> => {
  const { dockerfile, buildOptions: { args, target } = {} } = settings;
  if (dockerfile === undefined) return undefined;
  const text = await readSource(sourceOf(projectRoot, "dockerfile", dockerfile), readText);
  const entries = await contextOf(projectRoot, settings);
  const context = settings.buildContextRoot === undefined ? undefined : await contentHash(entries);
  const ingredients = buildIngredients({ recipe: text, context, target, args });
  const { platform = "" } = settings;
  const reference = `stepdock/parent:${hashJson({ ...ingredients, platform }).slice(0, 24)}`;
  return { reference, ingredients, text, entries, settings };
};

/** The context's own name for a Dockerfile may be in use. */
const DOCKERFILE = ".stepdock.Dockerfile";

/** Makes sure that the engine has the image. */
export const ensureDockerfile = async (
  engine: ContainerEngine,
  { reference, ingredients, text, entries, settings }: ParentDockerfile,
  labels: ImageLabels,
  progress: BuildProgress,
): Promise<void> => {
  const { preventBuildReuse, buildOptions: { args, target } = {}, platform, buildNetwork } = settings;
  const present = await engine.images.inspect(reference, { signal: progress.signal });
  if (present && !preventBuildReuse) return;
  const planned = ingredients[CONTEXT];
  if (planned !== undefined && (await contentHash(entries)) !== planned) {
    const named = settings.buildContextRoot ?? "";
    throw changedMeanwhile("buildContextRoot", named, `The build context ${named} was changed meanwhile`);
  }
  // the engine would apply a .dockerignore of the context once more, and it may be another one
  const kept = entries.filter(({ path }) => path !== ".dockerignore");
  const context = packRoot([...kept, textEntry(DOCKERFILE, text)]);
  await engine.images.build(
    {
      ...{ context, dockerfile: DOCKERFILE, tag: reference, labels, platform, target },
      ...{ networkMode: buildNetwork, noCache: preventBuildReuse ?? false },
      ...(args && { buildArgs: args }),
    },
    progress,
  );
};

const contextOf = async (projectRoot: string, settings: DockerSettings): Promise<RootEntry[]> => {
  const { buildContextRoot, dockerignore } = settings;
  if (buildContextRoot === undefined) return [];
  const own =
    dockerignore === undefined
      ? undefined
      : parseDockerignore(await readSource(sourceOf(projectRoot, "dockerignore", dockerignore), readText));
  return await readSource(sourceOf(projectRoot, "buildContextRoot", buildContextRoot), async (path) =>
    entriesIn(path, { ignore: own ?? (await readDockerignore(join(path, ".dockerignore"))) }),
  );
};

const readText = (path: string): Promise<string> => readFile(path, "utf8");
