import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import * as z from "zod/mini";
import { ImageSettingsError } from "./image-settings-error.ts";

const Names = z.optional(z.record(z.string(), z.unknown()));

const LockedPackage = z.looseObject({
  name: z.optional(z.string()),
  version: z.optional(z.string()),
  resolved: z.optional(z.string()),
  integrity: z.optional(z.string()),
  link: z.optional(z.boolean()),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  peerDependenciesMeta: z.optional(z.record(z.string(), z.object({ optional: z.optional(z.boolean()) }))),
});
/** One entry of `packages` in a lockfile. */
export type LockedPackage = z.output<typeof LockedPackage>;

const Content = z.object({
  lockfileVersion: z.union([z.literal(2), z.literal(3)]),
  packages: z.record(z.string(), LockedPackage),
});

const Manifest = z.object({ allowScripts: z.optional(z.json()) });

export interface Lockfile {
  readonly path: string;
  /** Place of the project in it: '' or, in a workspace, `packages/app`. */
  readonly project: string;
  /** Location, such as `node_modules/a/node_modules/b` → package. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
  /** npm's own field of the package.json beside it: which packages may run install scripts. */
  readonly allowScripts?: z.core.util.JSONType;
}

/** In npm's order of precedence. */
const LOCKFILES = ["npm-shrinkwrap.json", "package-lock.json"];
const OTHERS = ["pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];

/** The lockfile of the project in `projectRoot`, there or above. Rejects with `ImageSettingsError`. */
export const readLockfile = async (projectRoot: string): Promise<Lockfile> => {
  const path = findLockfile(resolve(projectRoot));
  const content = Content.safeParse(await readJson(path));
  if (!content.success) {
    const hint = "Only lockfile versions 2 and 3 can be read: run `npm install` with npm 7 or later.";
    throw refusal(`${path} is no lockfile that npm packages can be installed from. ${hint}`, content.error);
  }
  const project = relative(dirname(path), resolve(projectRoot)).split(sep).join("/");
  const manifest = join(dirname(path), "package.json");
  const { allowScripts } = existsSync(manifest) ? Manifest.parse(await readJson(manifest)) : {};
  return {
    path,
    project,
    packages: content.data.packages,
    ...(allowScripts !== undefined && { allowScripts }),
  };
};

const findLockfile = (projectRoot: string): string => {
  for (let at = projectRoot; ; at = dirname(at)) {
    const found = LOCKFILES.map((name) => join(at, name)).find(existsSync);
    if (found) return found;
    const other = OTHERS.map((name) => join(at, name)).find(existsSync);
    if (other) throw refusal(unsupported(other));
    if (dirname(at) === at) throw refusal(missing(projectRoot));
  }
};

const unsupported = (path: string): string =>
  `npm packages of steps are installed in the versions of a lockfile, and only package-lock.json is supported yet, ` +
  `not ${path}. Make one with \`npm install --package-lock-only\`, or have them in a parent image of your own.`;

const missing = (projectRoot: string): string =>
  `npm packages of steps are installed in the versions of package-lock.json, and there is none in ${projectRoot} ` +
  "or above. Run `npm install` there.";

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw refusal(
      `Cannot read ${path}: ${(cause as Error).message}. Run \`npm install\` to write it anew.`,
      cause,
    );
  }
};

const refusal = (message: string, cause?: unknown): ImageSettingsError =>
  new ImageSettingsError("npmPackages", undefined, message, { cause });
