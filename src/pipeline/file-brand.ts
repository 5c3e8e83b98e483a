import type { DirectoryArtifact, FileArtifact, StoredKind } from "../util/stored-files.ts";

/** Marks the schemas of files and folders, also those that another copy of this package made. */
export const FILE_SCHEMA: unique symbol = Symbol.for("dev.stepdock.file-schema") as never;

/** What is known of a file or folder from its declaration. */
export interface FileBrand {
  readonly kind: StoredKind;
  /** As declared. */
  readonly name: string | undefined;
  readonly mediaType: string | undefined;
  /** Where a step writes it, in the directory of its output. */
  place(directory: string, outputName: string): string;
  /** The value for what is at a path; `name`: of the file, where its declaration has none. */
  at(path: string, name?: string): FileArtifact | DirectoryArtifact;
  /** A place outside any run. */
  temporary(outputName: string): Promise<string>;
}

/** Where an output that is a file or a folder is written. */
export interface OutputPlace {
  /** A file: its path, in a directory that exists. A folder: its path; it exists and is empty. */
  readonly path: string;
}

/** What the schema says of a file or folder; undefined where it is of another kind of value. */
export const fileBrand = (schema: object): FileBrand | undefined =>
  (schema as { readonly [FILE_SCHEMA]?: FileBrand })[FILE_SCHEMA];
