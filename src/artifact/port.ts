import type { ArtifactVersion, FileStamp, Json, StoredOutput } from "../model/index.ts";

export interface ArtifactLocation {
  readonly stepName: string;
  readonly outputName: string;
  readonly stepRunId: string;
}

/**
 * Keeps the directories that materializers write; ZenML's `BaseArtifactStore`.
 *
 * Steps read and write directories of this machine alone (`path`). A store that keeps artifacts elsewhere brings them here
 * before they are read (`fetch`), and takes what was written here before it is published (`store`).
 */
export interface ArtifactStore {
  /** Part of every cache key; never a path. */
  readonly id: string;
  readonly name: string;
  /**
   * ZenML's `generate_artifact_uri`: `local://<store>/<step>/<output>/<step run id>`, wherever the store keeps it: that is
   * where steps see it.
   */
  uri(location: ArtifactLocation): string;
  /** The directory behind a URI on this machine. Throws on a URI of another store or one that leads out of it. */
  path(uri: string): string;
  /**
   * Makes sure that artifacts can be kept and had. Asked before anything of a run is executed; not where nothing is.
   *
   * @throws ArtifactStoreError
   */
  check(options?: { signal?: AbortSignal | undefined }): Promise<void>;
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
   * Puts what a step has written at `path` where artifacts are kept. Only then may it be published: before, and where this
   * fails, there is no artifact; what is left of it is for the caller to `remove`.
   *
   * @throws ArtifactDamagedError where it has to be read, and is not what the hash says; ArtifactStoreError
   */
  store(artifact: StoredArtifact, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Throws `ArtifactMissingError`, or `ArtifactDamagedError` with both hashes, where the artifact is not what was
   * published. Reads the content only where a file's status differs, or always with `full`. Brings nothing to this machine
   * without `full`: what is kept elsewhere may be found damaged when it is fetched.
   */
  verify(
    artifact: ArtifactVersion,
    options?: { full?: boolean; signal?: AbortSignal | undefined },
  ): Promise<void>;
  /**
   * Makes sure that the artifact is at `path` as it was published.
   *
   * @throws ArtifactMissingError, ArtifactDamagedError, ArtifactStoreError
   */
  fetch(artifact: ArtifactVersion, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** Gives up what was written at `path` and not published. Absent already is success. */
  discard(uri: string): Promise<void>;
  /** Removes the artifact, wherever it is kept; absent already is success. */
  remove(uri: string): Promise<void>;
}

/** What `store` has to know of an artifact. */
export type StoredArtifact = Pick<ArtifactVersion, "uri" | "materializer" | "contentHash" | "sizeBytes">;

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
