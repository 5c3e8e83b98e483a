import type { NpmInstall } from "../../image-builder/npm-packages.ts";
import type { Invocation } from "../../model/index.ts";

/** Packages that must be installed where these steps run: what their bundles leave out, and what settings ask for. */
export const packagesOf = (invocations: Iterable<Invocation>): string[] => {
  const names = [...invocations].flatMap(({ externals, settings }) => [
    ...externals,
    ...(settings.docker?.npmPackages ?? []),
  ]);
  return [...new Set(names)].sort();
};

/**
 * The packages with all that they need, as the project's lockfile has them; undefined where there is none to install.
 *
 * @throws ImageSettingsError where the lockfile does not have one
 */
export const planPackages = async (
  projectRoot: string,
  names: readonly string[],
): Promise<NpmInstall | undefined> => {
  if (names.length === 0) return undefined;
  // What reads a lockfile is of no use to others.
  const { planNpmInstall } = await import("../../image-builder/npm-packages.ts");
  return await planNpmInstall(projectRoot, names);
};

interface Locked {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

/** Name → exact version, of the packages themselves. */
export const exactVersions = (
  install: NpmInstall | undefined,
  names: readonly string[],
): Record<string, string> => {
  const { packages } = JSON.parse(install?.packageLock ?? '{"packages":{}}') as Locked;
  return Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`]?.version ?? "*"]));
};
