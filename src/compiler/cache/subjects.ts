import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageOf } from "../bundle-packages.ts";
import { isUserModule } from "../bundle-plugins.ts";
import type { Subject } from "./fact.ts";
import { addImport, addManifests, addPackage, addPath } from "./resolution-subjects.ts";
import { specifiersIn } from "./specifiers.ts";
import { SubjectSet } from "./subject-set.ts";
import { addConfigurations } from "./tsconfig-subjects.ts";

/** What a result of the bundler was made of. */
export interface Inputs {
  /** Absolute paths of all modules that were read. */
  readonly modules: readonly string[];
  /** Absolute paths of files that imports lead to, and that were not read. */
  readonly targets?: readonly string[];
}

/**
 * All that decided what the bundler made of some modules: their content, and where each of their imports leads, with
 * the places where something nearer would be found first. Undefined where that cannot be told.
 */
export const subjectsOf = (
  { modules, targets = [] }: Inputs,
  textOf: (path: string) => string,
): readonly Subject[] | undefined => {
  const subjects = new SubjectSet();
  for (const path of [...modules, ...targets]) addPath(subjects, path);
  for (const path of [...toolchain(), ...modules]) subjects.file(path);
  const packages = new Set([...modules, ...targets].flatMap((path) => packageOf(path)?.name ?? []));
  for (const path of modules) {
    const specifiers = specifiersIn(textOf(path));
    if (!specifiers) return undefined;
    addManifests(subjects, path);
    for (const specifier of specifiers) addImport(subjects, path, specifier);
    // What the bundler imports by itself, such as the runtime of JSX.
    if (isUserModule(path)) for (const name of packages) addPackage(subjects, dirname(path), name);
  }
  return addConfigurations(subjects, modules) ? subjects.list() : undefined;
};

/** The compiler itself, as sources or as built, and what it is made of. */
const toolchain = (): string[] => {
  const here = import.meta.dirname;
  const own = here.endsWith("cache") ? dirname(here) : here;
  const files = readdirSync(own, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.[jt]s$/.test(name),
  );
  const packages = ["rolldown", "magic-string"].map((name) =>
    fileURLToPath(import.meta.resolve(`${name}/package.json`)),
  );
  return [...files.map((name) => join(own, name)), ...packages];
};
