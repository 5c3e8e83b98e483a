import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ContainerEngine } from "../docker/port.ts";
import type { DockerSettings } from "../model/index.ts";
import type { BuildProgress, EnvironmentPlan } from "../stack/image-builder.ts";
import { hashJson } from "../util/canonical.ts";
import { type CopiedFiles, planCopies } from "./copied-files.ts";
import type { NpmInstall } from "./npm-packages.ts";
import { type ParentDockerfile, planDockerfile } from "./parent-dockerfile.ts";
import { type ParentImage, resolveParent } from "./parent-image.ts";

/** Of the Dockerfile that we write: to be raised when it makes another image of the same ingredients. */
const RECIPE = "2";

/** A plan, and what its image is built from. */
export interface PlannedEnvironment {
  readonly plan: EnvironmentPlan;
  /** Undefined where it is to be built of a Dockerfile first. */
  readonly parent: ParentImage | undefined;
  readonly dockerfile: ParentDockerfile | undefined;
  readonly copies: readonly CopiedFiles[];
  readonly npm: NpmInstall | undefined;
  /** The source of the entrypoint. */
  readonly entrypoint: string;
}

export interface PlanningSources {
  readonly engine: ContainerEngine;
  readonly projectRoot: string;
  readonly entrypointPath: string;
}

/** `settings` are normal ones. */
export const planFor = async (
  { engine, projectRoot, entrypointPath }: PlanningSources,
  settings: DockerSettings,
  progress: BuildProgress,
): Promise<PlannedEnvironment> => {
  const { npmPackages } = settings;
  // before the parent, which may have to be pulled: what the user has to mend shows at once
  const npm = npmPackages && (await planNpm(projectRoot, npmPackages));
  const entrypoint = await readFile(entrypointPath, "utf8");
  const copies = await planCopies(projectRoot, settings);
  const dockerfile = await planDockerfile(projectRoot, settings);
  const { parentImage: name, platform } = settings;
  const parent = dockerfile ? undefined : await resolveParent(engine, { name, platform }, progress);
  const parts = { parent, dockerfile, copies, npm, entrypoint };
  const ingredients = ingredientsOf(settings, parts);
  const parentImage = dockerfile?.reference ?? parent?.reference ?? "";
  return { plan: { key: hashJson(ingredients), parentImage, ingredients, settings }, ...parts };
};

/** Loaded where a step has such packages: what reads a lockfile is of no use to the others. */
const planNpm = async (projectRoot: string, names: readonly string[]): Promise<NpmInstall> =>
  (await import("./npm-packages.ts")).planNpmInstall(projectRoot, names);

const ingredientsOf = (
  { aptPackages, environment = {}, user, platform }: DockerSettings,
  { parent, dockerfile, copies, npm, entrypoint }: Omit<PlannedEnvironment, "plan">,
): Record<string, string> => ({
  ...(parent ? { parent: parent.content } : dockerfile?.ingredients),
  ...(user !== undefined && { user }),
  ...(platform !== undefined && { platform }),
  ...Object.fromEntries(copies.map(({ target, identity }) => [`file ${target}`, identity])),
  ...(aptPackages && { apt: aptPackages.join(" ") }),
  ...(npm && { npm: npm.identity }),
  ...Object.fromEntries(Object.entries(environment).map(variable)),
  entrypoint: hash("sha256", entrypoint),
  recipe: RECIPE,
});

/** Hashed, as plans are printed and stored, and a value may be a secret. */
const variable = ([name, value]: [string, string]): [string, string] => [
  `variable ${name}`,
  hash("sha256", value),
];
