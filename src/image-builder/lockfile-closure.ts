import type { LockedPackage, Lockfile } from "./lockfile.ts";

/** Places in a lockfile. */
export interface Closure {
  /** Everything that the roots reach. */
  readonly all: readonly string[];
  /** The part that they cannot do without; the rest may fail to install, for instance on another platform. */
  readonly required: ReadonlySet<string>;
}

export interface Dependency {
  readonly name: string;
  readonly optional: boolean;
  /** Where it is, undefined where the lockfile has none. */
  readonly location: string | undefined;
}

/** What the packages at `roots` need, and what that needs, with the optional ones. */
export const closureOf = (packages: Lockfile["packages"], roots: readonly string[]): Closure => {
  const required = reach(packages, roots, ({ optional }) => !optional);
  const all = reach(packages, roots, () => true);
  return { all: [...all].sort(), required };
};

const reach = (
  packages: Lockfile["packages"],
  roots: readonly string[],
  follow: (dependency: Dependency) => boolean,
): Set<string> => {
  const reached = new Set(roots);
  // a Set's iterator comes to what is added on the way
  for (const location of reached) {
    for (const dependency of dependenciesAt(packages, location)) {
      if (dependency.location !== undefined && follow(dependency)) reached.add(dependency.location);
    }
  }
  return reached;
};

/** Peers count as dependencies, as npm installs them. */
export const dependenciesAt = (packages: Lockfile["packages"], location: string): Dependency[] => {
  const { dependencies, peerDependencies, optionalDependencies, ...rest } = packages[location] ?? {};
  const optional = new Set([...Object.keys(optionalDependencies ?? {}), ...optionalPeers(rest)]);
  const names = Object.keys({ ...peerDependencies, ...optionalDependencies, ...dependencies });
  return names.map((name) => ({
    name,
    optional: optional.has(name),
    location: locate(packages, location, name),
  }));
};

const optionalPeers = ({
  peerDependenciesMeta = {},
}: Pick<LockedPackage, "peerDependenciesMeta">): string[] =>
  Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name]?.optional);

/** Node's own way: the nearest `node_modules` at or above that has it. */
export const locate = (packages: Lockfile["packages"], from: string, name: string): string | undefined => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    const location = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[location]) return location;
    if (at === "") return undefined;
  }
};
