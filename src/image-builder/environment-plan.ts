import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ContainerEngine } from "../docker/port.ts";
import type { DockerSettings } from "../model/index.ts";
import type { BuildProgress, EnvironmentPlan } from "../stack/image-builder.ts";
import { hashJson } from "../util/canonical.ts";
import type { NpmInstall } from "./npm-packages.ts";
import { type ParentImage, resolveParent } from "./parent-image.ts";

/** Of the Dockerfile that we write: to be raised when it makes another image of the same ingredients. */
const RECIPE = "2";

/** A plan, and what its image is built from. */
export interface PlannedEnvironment {
  readonly plan: EnvironmentPlan;
  readonly parent: ParentImage;
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
  const parent = await resolveParent(engine, settings.parentImage, progress);
  const ingredients = ingredientsOf(settings, { parent, npm, entrypoint });
  const plan = { key: hashJson(ingredients), parentImage: parent.reference, ingredients, settings };
  return { plan, parent, npm, entrypoint };
};

/** Loaded where a step has such packages: what reads a lockfile is of no use to the others. */
const planNpm = async (projectRoot: string, names: readonly string[]): Promise<NpmInstall> =>
  (await import("./npm-packages.ts")).planNpmInstall(projectRoot, names);

const ingredientsOf = (
  { aptPackages, environment = {} }: DockerSettings,
  { parent, npm, entrypoint }: Omit<PlannedEnvironment, "plan">,
): Record<string, string> => ({
  parent: parent.content,
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
