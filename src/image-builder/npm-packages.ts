import type { Json } from "../model/json.ts";
import { hashJson } from "../util/canonical.ts";
import { ImageSettingsError } from "./image-settings-error.ts";
import { type Lockfile, readLockfile } from "./lockfile.ts";
import { type Closure, closureOf, dependenciesAt, locate } from "./lockfile-closure.ts";

/** What `npm ci` is given. */
export interface NpmInstall {
  /** SHA-256 in hex of the packages, their versions and integrity: the same wherever they are downloaded from. */
  readonly identity: string;
  readonly packageJson: string;
  readonly packageLock: string;
}

/** The named packages with all that they need, exactly as the lockfile of the project has them. */
export const planNpmInstall = async (projectRoot: string, names: readonly string[]): Promise<NpmInstall> => {
  const lockfile = await readLockfile(projectRoot);
  const roots = names.map((name) => rootOf(lockfile, name));
  const closure = closureOf(lockfile.packages, roots);
  for (const location of closure.all) checkInstallable(lockfile, location);
  const packages = relocate(lockfile, closure);
  const { allowScripts } = lockfile;
  const manifest = {
    ...{ name: "stepdock-packages", private: true, dependencies: anyVersion(names) },
    ...(allowScripts !== undefined && { allowScripts }),
  };
  const lock = { lockfileVersion: 3, requires: true, packages: { "": manifest, ...packages } };
  return {
    identity: hashJson({ allowScripts: allowScripts ?? null, packages: identities(packages) }),
    packageJson: JSON.stringify(manifest),
    packageLock: JSON.stringify({ name: manifest.name, ...lock }),
  };
};

const rootOf = ({ path, packages, project }: Lockfile, name: string): string => {
  const location = locate(packages, project, name);
  if (location !== undefined) return location;
  const text = `The npm package "${name}" is to be installed where a step runs, but ${path} does not have it.`;
  throw new ImageSettingsError("npmPackages", name, `${text} Run \`npm install ${name}\`.`);
};

const checkInstallable = ({ path, packages }: Lockfile, location: string): void => {
  const { link, resolved } = packages[location] ?? {};
  if (!link && !resolved?.startsWith("file:")) return;
  const name = nameOf(location);
  const text = `The npm package "${name}" is a folder or file of this machine (${path}), which cannot be installed where a step runs.`;
  const hint = "Let it be bundled, or publish it, or have it in a parent image of your own.";
  throw new ImageSettingsError("npmPackages", name, `${text} ${hint}`);
};

type Entry = Readonly<Record<string, unknown>>;

/** The packages of a workspace lie in its own `node_modules` too; where a step runs there is only one. */
const relocate = (lockfile: Lockfile, closure: Closure): Record<string, Entry> => {
  const entries: Record<string, Entry> = {};
  const own = `${lockfile.project}/`;
  for (const location of closure.all) {
    const target = location.startsWith(own) ? location.slice(own.length) : location;
    if (entries[target]) throw twoVersions(lockfile, location);
    entries[target] = entryOf(lockfile, location, closure.required.has(location));
  }
  return entries;
};

const twoVersions = ({ path, project }: Lockfile, location: string): ImageSettingsError => {
  const name = nameOf(location);
  const text = `${path} has two versions of the npm package "${name}", one for ${project} and one for other packages`;
  const hint = "Let them agree, or have the packages in a parent image of your own.";
  return new ImageSettingsError("npmPackages", name, `${text}, of which only one can be installed. ${hint}`);
};

/**
 * Its dependencies by name alone: the lockfile settles the versions, and `npm ci` would refuse those that an override
 * or `--legacy-peer-deps` brought about.
 */
const entryOf = ({ packages }: Lockfile, location: string, required: boolean): Entry => {
  const {
    name,
    version,
    resolved,
    integrity,
    inBundle,
    bundleDependencies,
    bin,
    os,
    cpu,
    libc,
    hasInstallScript,
  } = packages[location] ?? {};
  const dependencies = dependenciesAt(packages, location);
  const peers = packages[location]?.peerDependencies ?? {};
  const needed = dependencies.filter((each) => !each.optional && (each.location || !(each.name in peers)));
  const wished = dependencies.filter(({ optional, location }) => optional && location);
  return {
    ...{
      name,
      version,
      resolved,
      integrity,
      inBundle,
      bundleDependencies,
      bin,
      os,
      cpu,
      libc,
      hasInstallScript,
    },
    dependencies: anyVersion(needed.map(({ name }) => name)),
    optionalDependencies: anyVersion(wished.map(({ name }) => name)),
    ...(!required && { optional: true }),
  };
};

const anyVersion = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, "*"]));

const identities = (packages: Readonly<Record<string, Entry>>): Json =>
  Object.entries(packages).map(([location, { name, version, integrity, resolved, optional }]) =>
    [location, name, version, integrity ?? resolved, optional].map((part) => (part ?? null) as Json),
  );

const nameOf = (location: string): string => location.slice(location.lastIndexOf("node_modules/") + 13);
