import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { packageName } from "../bundle-packages.ts";
import { isUserModule } from "../bundle-plugins.ts";
import { addPackage, directoriesAbove } from "./resolution-subjects.ts";
import { stampOf } from "./stamp.ts";
import type { SubjectSet } from "./subject-set.ts";

/**
 * The TypeScript configurations of user modules, with what they extend and refer to. False where one leads imports in
 * a way that cannot be followed here.
 */
export const addConfigurations = (subjects: SubjectSet, modules: readonly string[]): boolean => {
  const directories = new Set(modules.filter(isUserModule).map((module) => dirname(module)));
  const found = new Set([...directories].flatMap((directory) => nearest(subjects, directory)));
  return [...found].every((file) => addConfiguration(subjects, file, new Set()));
};

const nearest = (subjects: SubjectSet, directory: string): string[] => {
  for (const above of directoriesAbove(directory)) {
    const file = join(above, "tsconfig.json");
    subjects.file(file);
    if (stampOf(file)) return [file];
  }
  return [];
};

const addConfiguration = (subjects: SubjectSet, file: string, seen: Set<string>): boolean => {
  if (seen.has(file)) return true;
  seen.add(file);
  subjects.file(file);
  const text = readText(file);
  if (text === undefined) return true;
  if (/"(paths|baseUrl|rootDirs)"/.test(text) && !addTree(subjects, file, text)) return false;
  const named = referencesIn(text).map((name) => fileOf(subjects, file, name));
  return named.every((each) => each !== undefined && addConfiguration(subjects, each, seen));
};

/** Comments and trailing commas do no harm to a search for texts: one too many is looked at in vain. */
const referencesIn = (text: string): string[] => {
  const extended = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? "";
  const referred = [...text.matchAll(/"path"\s*:\s*"([^"]*)"/g)].map(([, path = ""]) => path);
  return [...[...extended.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name), ...referred];
};

const fileOf = (subjects: SubjectSet, from: string, name: string): string | undefined => {
  if (/^\.|^\//.test(name)) {
    const path = resolve(dirname(from), name);
    const candidates = [path, `${path}.json`, join(path, "tsconfig.json")];
    for (const each of candidates) subjects.file(each);
    return candidates.find((each) => readText(each) !== undefined);
  }
  addPackage(subjects, dirname(from), packageName(name));
  return resolvePackage(from, name) ?? resolvePackage(from, `${name}/tsconfig.json`);
};

const resolvePackage = (from: string, name: string): string | undefined => {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
};

const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

const MOST_DIRECTORIES = 500;

/** With `paths` anything below may be where a name leads: so it matters which files there are. */
const addTree = (subjects: SubjectSet, file: string, text: string): boolean => {
  if (text.includes('"../') || text.includes('"/')) return false;
  const open = [dirname(file)];
  const seen = new Set<string>();
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    if (seen.add(directory).size > MOST_DIRECTORIES) return false;
    subjects.names(directory);
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isSymbolicLink() && entry.name !== "node_modules") return false;
      if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
        open.push(join(directory, entry.name));
    }
  }
  return true;
};
