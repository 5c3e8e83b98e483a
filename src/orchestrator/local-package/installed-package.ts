import { hash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { NpmInstall } from "../../image-builder/npm-packages.ts";
import { npm } from "../wheeled/npm.ts";

/** A package, ready to be run. */
export interface InstalledPackage {
  /** `…/node_modules/<package name>`. */
  readonly folder: string;
  /** Makes an empty folder that a process may begin in. */
  readonly scratch: () => Promise<string>;
}

export interface Installation {
  /** The folder to install in, which exists and has nothing but the tarball. */
  readonly root: string;
  /** In `root`. */
  readonly tarball: string;
  readonly name: string;
  readonly version: string;
  /** What it needs besides, as the project's lockfile has it. */
  readonly packages: NpmInstall | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Installs a package from its tarball. Where it needs no other, nothing is asked of the network.
 *
 * @throws PackageError
 */
export const installPackage = async (installation: Installation): Promise<InstalledPackage> => {
  const { root, name, signal } = installation;
  const { manifest, lock } = await manifestsOf(installation);
  await writeFile(join(root, "package.json"), JSON.stringify(manifest));
  await writeFile(join(root, "package-lock.json"), JSON.stringify(lock));
  await npm(["ci", "--omit=dev"], { cwd: root, purpose: "install the package of this project", signal });
  const work = join(root, "work");
  await mkdir(work);
  return { folder: join(root, "node_modules", name), scratch: () => mkdtemp(join(work, "step-")) };
};

/** The tarball as one more package of the lockfile: npm checks its content, and resolves nothing anew. */
const manifestsOf = async ({ tarball, name, version, packages }: Installation) => {
  const source = `file:${basename(tarball)}`;
  const integrity = `sha512-${hash("sha512", await readFile(tarball), "base64")}`;
  const planned = JSON.parse(packages?.packageJson ?? EMPTY);
  const manifest = { ...planned, dependencies: { ...planned.dependencies, [name]: source } };
  const { packages: locked } = JSON.parse(packages?.packageLock ?? '{"packages":{}}');
  const own = { [`node_modules/${name}`]: { version, resolved: source, integrity } };
  const lock = { name: manifest.name, lockfileVersion: 3, requires: true };
  return { manifest, lock: { ...lock, packages: { ...locked, "": manifest, ...own } } };
};

const EMPTY = JSON.stringify({ name: "stepdock-packages", private: true });

/** Makes an empty folder of one that a dead process may have left. */
export const makeClean = async (folder: string): Promise<AsyncDisposable> => {
  // An npm that its dead owner had started may still write there.
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await remove();
  await mkdir(folder, { recursive: true });
  return { [Symbol.asyncDispose]: remove };
};
