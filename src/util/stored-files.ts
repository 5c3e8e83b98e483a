import { createReadStream, type ReadStream, statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";

/** Marks values, so that one that another copy of this package made is known, too. */
const STORED: unique symbol = Symbol.for("dev.stepdock.stored-files") as never;

export type StoredKind = "file" | "directory";

/** A file as a step sees it: nothing of it is read before it is asked for. */
export class FileArtifact {
  readonly [STORED] = "file";
  /** Where it is for this process: read-only, where it is an input of a step in a container. */
  readonly path: string;
  readonly name: string;
  readonly mediaType: string | undefined;

  constructor(path: string, facts: { name?: string | undefined; mediaType?: string | undefined } = {}) {
    this.path = path;
    this.name = facts.name ?? basename(path);
    this.mediaType = facts.mediaType;
  }

  get sizeBytes(): number {
    return statSync(this.path).size;
  }

  async text(): Promise<string> {
    return await readFile(this.path, "utf8");
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array> {
    return await readFile(this.path);
  }

  /** Its bytes piece by piece: for what does not fit into memory. */
  stream(): ReadStream {
    return createReadStream(this.path);
  }
}

/** A folder as a step sees it. */
export class DirectoryArtifact {
  readonly [STORED] = "directory";
  /** Where it is for this process: read-only, where it is an input of a step in a container. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Paths of all files and symbolic links below it, relative to it, with `/`, sorted. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.path, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .sort();
  }
}

/** A file for an output: it is brought there, where it is not there already. Relative paths are those of the process. */
export const fileAt = (path: string, facts?: { name?: string; mediaType?: string }): FileArtifact =>
  new FileArtifact(path, facts);

/** A folder for an output, with everything in it. */
export const directoryAt = (path: string): DirectoryArtifact => new DirectoryArtifact(path);

const kindOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? (value as { [STORED]?: unknown })[STORED] : undefined;

export const isFile = (value: unknown): value is FileArtifact => kindOf(value) === "file";
export const isDirectory = (value: unknown): value is DirectoryArtifact => kindOf(value) === "directory";
