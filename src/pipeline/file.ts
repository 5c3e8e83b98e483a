import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as z from "zod";
import {
  DirectoryArtifact,
  FileArtifact,
  isDirectory,
  isFile,
  type StoredKind,
} from "../util/stored-files.ts";
import { FILE_SCHEMA, type FileBrand } from "./file-brand.ts";

/** The schema of a whole input or output that is a file. */
export interface FileSchema extends z.core.$ZodType<FileArtifact, FileArtifact> {
  parseAsync(value: unknown): Promise<FileArtifact>;
  readonly [FILE_SCHEMA]: FileBrand & { readonly kind: "file" };
}

/** The schema of a whole input or output that is a folder. */
export interface DirectorySchema extends z.core.$ZodType<DirectoryArtifact, DirectoryArtifact> {
  parseAsync(value: unknown): Promise<DirectoryArtifact>;
  readonly [FILE_SCHEMA]: FileBrand & { readonly kind: "directory" };
}

export interface FileOptions {
  /** What the file is called in its artifact. Default: the name of the file that is given, else the output's. */
  readonly name?: string;
  /** For people and previews: `text/csv`. */
  readonly mediaType?: string;
}

/**
 * A file as an input or output, of any size: it is mounted, never held in memory. An output is written where
 * `context.outputs.<name>.path` says, or given with `fileAt(path)`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function file({ name, mediaType }: FileOptions = {}): FileSchema {
  return schemaOf<FileSchema>(isFile, {
    kind: "file",
    name,
    mediaType,
    place: (directory, output) => join(directory, name ?? output),
    at: (path, given) => new FileArtifact(path, { name: name ?? given, mediaType }),
    temporary: async (output) => join(await temporary(), name ?? output),
  });
}

/**
 * A folder with all that is in it as an input or output: files with their right to be executed, empty folders, and
 * symbolic links that stay inside.
 */
/* @__NO_SIDE_EFFECTS__ */
export function directory(): DirectorySchema {
  return schemaOf<DirectorySchema>(isDirectory, {
    kind: "directory",
    name: undefined,
    mediaType: undefined,
    place: (folder) => folder,
    at: (path) => new DirectoryArtifact(path),
    temporary,
  });
}

const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), "stepdock-output-"));

const EXPECTED: Readonly<Record<StoredKind, string>> = {
  file: "a file is expected: return fileAt(path), or write it to `context.outputs.<name>.path` and return nothing",
  directory:
    "a folder is expected: return directoryAt(path), or fill the one at `context.outputs.<name>.path` and return nothing",
};

const refuseNested = (kind: StoredKind) => (): never => {
  throw new TypeError(`${kind}() is the schema of a whole input or output, and cannot be inside of another`);
};

/** As much of a zod schema as anybody asks a whole input or output for: so no step's bundle needs zod for it. */
const schemaOf = <S>(accepts: (value: unknown) => boolean, brand: FileBrand): S => {
  const { kind } = brand;
  const internals = { def: { type: "custom" }, run: refuseNested(kind), traits: new Set(), bag: {} };
  const schema = {
    _zod: { ...internals, deferred: [], parse: refuseNested(kind) },
    parseAsync: async (value: unknown) => {
      if (accepts(value)) return value;
      throw new TypeError(EXPECTED[kind]);
    },
    [FILE_SCHEMA]: brand,
  };
  return Object.freeze(schema) as unknown as S;
};
