import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { establish, type Fact, type Subject } from "./fact.ts";
import { type Stamp, sameStamp, stampOf } from "./stamp.ts";
import type { Inputs } from "./subjects.ts";

/** Raised when entries get another form: those of before are then not found. */
const FORMAT = 1;

interface Entry {
  readonly key: unknown;
  readonly facts: readonly Fact[];
  readonly value: unknown;
}

/** A result to be kept. */
export interface Made extends Inputs {
  /** JSON-safe. */
  readonly value: unknown;
  /** Absolute paths of the files that `value` is about. */
  readonly files: readonly string[];
  /** When the bundler began, in ms since the epoch: what changed since is not sure to be what it read. */
  readonly since: number;
}

/**
 * Results of the bundler, kept in files of a directory that may be removed at any time. One is found only where all
 * that it was made of is unchanged by content, and its files are; whatever is wrong with an entry, it is not found.
 *
 * To be made anew for each compilation: what it saw of the disk it does not look at again.
 */
export class CompileCache {
  readonly #directory: string;
  readonly #stamps = new Map<string, Stamp | undefined>();
  readonly #facts = new Map<string, Fact>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  find(key: unknown): unknown {
    const path = this.#pathOf(key);
    const entry = readEntry(path);
    if (!entry || JSON.stringify(entry.key) !== JSON.stringify(key)) return undefined;
    const facts = this.#confirm(entry.facts);
    if (!facts) return undefined;
    if (facts.some(({ stamp }, index) => stamp && !sameStamp(stamp, entry.facts[index]?.stamp))) {
      writeEntry(path, { ...entry, facts });
    }
    return entry.value;
  }

  /** Keeps a result, unless it cannot be told what it depends on. */
  async keep(key: unknown, { value, files, since, ...inputs }: Made): Promise<void> {
    const { factsOf } = await import("./facts.ts");
    const facts = factsOf(inputs, since);
    if (!facts) return;
    const made = files.map((path) => establish({ kind: "file", path }));
    writeEntry(this.#pathOf(key), { key, facts: [...facts, ...made], value });
  }

  #pathOf(key: unknown): string {
    return join(this.#directory, `${hash("sha256", JSON.stringify([FORMAT, process.version, key]))}.entry`);
  }

  /** The facts as they stand, with newer stamps where those had changed; undefined where one holds no more. */
  #confirm(facts: readonly Fact[]): readonly Fact[] | undefined {
    const confirmed: Fact[] = [];
    for (const fact of facts) {
      const now = this.#isUntouched(fact) ? fact : this.#look(fact);
      if (now.digest !== fact.digest) return undefined;
      confirmed.push(now);
    }
    return confirmed;
  }

  #isUntouched({ kind, path, digest, stamp }: Fact): boolean {
    if (kind === "link" || (digest !== null && !stamp)) return false;
    if (!this.#stamps.has(path)) this.#stamps.set(path, stampOf(path));
    return sameStamp(this.#stamps.get(path), stamp);
  }

  #look(fact: Fact): Fact {
    const id = JSON.stringify([fact.kind, fact.path, "stems" in fact ? fact.stems : null]);
    const known = this.#facts.get(id);
    if (known) return known;
    const { digest: _, stamp: __, ...subject } = fact;
    const found = establish(subject as Subject);
    this.#facts.set(id, found);
    return found;
  }
}

/** The first line is the digest of the rest: a file that was cut off, or written by someone else, is none. */
const readEntry = (path: string): Entry | undefined => {
  try {
    const text = readFileSync(path, "utf8");
    const [digest, ...rest] = text.split("\n");
    const body = rest.join("\n");
    return hash("sha256", body) === digest ? (JSON.parse(body) as Entry) : undefined;
  } catch {
    // Nothing of it can be used: it is made again.
    return undefined;
  }
};

/** Not synced: what a loss of power leaves of it is no entry. A disk that is full or not ours costs the next run time. */
const writeEntry = (path: string, entry: Entry): void => {
  const body = JSON.stringify(entry);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, `${hash("sha256", body)}\n${body}`);
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
};
