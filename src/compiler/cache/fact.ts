import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isSettled, realPathOf, type Stamp, sameStamp, stampOf, stampOfLink } from "./stamp.ts";

/** Something on the disk that a result of the bundler depends on. */
export type Subject =
  /** The content of a file, or that there is none. */
  | { readonly kind: "file"; readonly path: string }
  /** Which names a directory has, all or those that begin with one of the stems; or that there is no directory. */
  | { readonly kind: "names"; readonly path: string; readonly stems?: readonly string[] }
  /** Where a path leads. */
  | { readonly kind: "link"; readonly path: string };

/** What was found there: the digest of it, and null where there is nothing. */
export type Fact = Subject & {
  readonly digest: string | null;
  /** Spares looking again where it is still the same; absent where it was too young to be trusted. */
  readonly stamp?: Stamp;
};

/** Looks at the disk. */
export const establish = (subject: Subject): Fact => {
  if (subject.kind === "link") return { ...subject, digest: realPathOf(subject.path) ?? null };
  const begun = Date.now();
  const stamp = stampOf(subject.path);
  const digest = stamp ? digestOf(subject) : null;
  return stamp && isSettled(stamp, begun) && sameStamp(stamp, stampOf(subject.path))
    ? { ...subject, digest, stamp }
    : { ...subject, digest };
};

const digestOf = (subject: Exclude<Subject, { kind: "link" }>): string | null => {
  try {
    if (subject.kind === "names") return hash("sha256", namesOf(subject).join("\n"));
    return hash("sha256", readFileSync(subject.path));
  } catch {
    // A directory where a file is looked for, or the other way round: as good as nothing.
    return null;
  }
};

/** In one order, each with what kind of thing it is. */
const namesOf = ({ path, stems }: Extract<Subject, { kind: "names" }>): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !stems || stems.some((stem) => isOf(name, stem)))
    .map((entry) => `${entry.name} ${entry.isDirectory() ? "directory" : entry.isFile() ? "file" : "link"}`)
    .sort();

const isOf = (name: string, stem: string): boolean => name === stem || name.startsWith(`${stem}.`);

/**
 * Whether what is there now is what was there at `time`, too. Of a directory: no name that counts came since. One that
 * went away since was either read, and is missed by another fact, or made no difference.
 */
export const isOlderThan = (fact: Fact, time: number): boolean => {
  if (fact.digest === null || fact.kind === "link") return true;
  if (fact.kind === "file") return isOld(stampOf(fact.path), time);
  return namesOf(fact).every((line) => isOld(stampOfLink(join(fact.path, nameIn(line))), time));
};

const isOld = (stamp: Stamp | undefined, time: number): boolean => !!stamp && isSettled(stamp, time);

const nameIn = (line: string): string => line.slice(0, line.lastIndexOf(" "));
