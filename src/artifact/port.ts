import type { ArtifactVersion, FileStamp, Json, StoredOutput } from "../model/index.ts";

export interface ArtifactLocation {
  readonly stepName: string;
  readonly outputName: string;
  readonly stepRunId: string;
}

/** Keeps the directories that materializers write; ZenML's `BaseArtifactStore`. */
export interface ArtifactStore {
  /** Part of every cache key; never a path. */
  readonly id: string;
  readonly name: string;
  /** ZenML's `generate_artifact_uri`: `local://<store>/<step>/<output>/<step run id>`. */
  uri(location: ArtifactLocation): string;
  /** The directory behind a URI on this machine. Throws on a URI of another store or one that leads out of it. */
  path(uri: string): string;
  /** Makes the empty directory. An existing one is an error: no output ever overwrites another. */
  create(uri: string): Promise<void>;
  /**
   * Hash, size of what is there now, read through no link. Of which kind the hash is depends on the materializer that
   * wrote it: default, one of values.
   */
  hash(
    uri: string,
    options?: { materializer?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<{ contentHash: string; sizeBytes: number }>;
  /** File status of every file, by which a later change is noticed without reading. */
  stamps(uri: string, options?: { materializer?: string | undefined }): Promise<FileStamp[]>;
  /**
   * Throws `ArtifactMissingError`, or `ArtifactDamagedError` with both hashes, where the artifact is not what was
   * published. Reads the content only where a file's status differs, or always with `full`.
   */
  verify(
    artifact: ArtifactVersion,
    options?: { full?: boolean; signal?: AbortSignal | undefined },
  ): Promise<void>;
  /** Removes the directory; absent already is success. */
  remove(uri: string): Promise<void>;
}

/** Turns a value into files in an artifact directory, and back; ZenML's `BaseMaterializer`. */
export interface Materializer<T = unknown> {
  /** Recorded with the artifact, and what a consumer finds it by. */
  readonly name: string;
  accepts(value: unknown): value is T;
  /** Writes into an existing empty directory. */
  save(value: T, directory: string): Promise<void>;
  load(directory: string): Promise<T>;
  /** Facts about the value for people: length, keys, shape. */
  metadata(value: T): Record<string, Json>;
  /** The value's type as a person would write it. */
  typeOf(value: T): string;
}

export type { StoredOutput };
