import { statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { packageName } from "../bundle-packages.ts";
import { builtinId } from "../bundle-plugins.ts";
import { realPathOf, stampOf } from "./stamp.ts";
import type { SubjectSet } from "./subject-set.ts";

/** What decides where `specifier` in a module leads. */
export const addImport = (subjects: SubjectSet, importer: string, specifier: string): void => {
  if (specifier === "" || builtinId(specifier) || /^(data|https?):/.test(specifier)) return;
  const directory = dirname(importer);
  if (/^(\.|\/)/.test(specifier)) addPath(subjects, resolve(directory, specifier.replace(/[?#].*$/, "")));
  else if (!specifier.startsWith("#")) addPackage(subjects, directory, packageName(specifier));
};

/** A path is tried with other extensions, and as a directory. */
export const addPath = (subjects: SubjectSet, path: string): void => {
  const directory = dirname(path);
  subjects.name(directory, withoutExtension(path));
  for (const each of [directory, path]) if (leadsElsewhere(each)) subjects.link(each);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  subjects.file(join(path, "package.json"));
  subjects.name(path, "index");
};

/** A package is looked for beside the importer and in each directory above. */
export const addPackage = (subjects: SubjectSet, directory: string, name: string): void => {
  for (const above of directoriesAbove(directory)) {
    if (above.endsWith("/node_modules")) continue;
    const place = join(above, "node_modules", name);
    subjects.name(dirname(place), name.split("/").at(-1) ?? name);
    if (!stampOf(place)) continue;
    if (leadsElsewhere(place)) subjects.link(place);
    subjects.file(join(place, "package.json"));
  }
};

/** The manifests that a module lies under: they say what kind of module it is, and where `#name` and its own name lead. */
export const addManifests = (subjects: SubjectSet, module: string): void => {
  for (const above of directoriesAbove(dirname(module))) {
    const manifest = join(above, "package.json");
    subjects.file(manifest);
    if (stampOf(manifest)) return;
  }
};

export const directoriesAbove = (directory: string): string[] => {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...directoriesAbove(parent)];
};

const CODE = /^\.([cm]?[jt]sx?|json)$/;

const withoutExtension = (path: string): string => {
  const extension = extname(path);
  return CODE.test(extension) ? basename(path, extension) : basename(path);
};

const leadsElsewhere = (path: string): boolean => (realPathOf(path) ?? path) !== path;
