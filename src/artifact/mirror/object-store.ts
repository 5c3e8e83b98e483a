export interface ObjectOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Named objects somewhere else: a bucket of S3. Keys are texts with `/`, ASCII and at most 1,024 bytes.
 *
 * Every method throws `ArtifactStoreError` where that place cannot be reached or refuses.
 */
export interface ObjectStore {
  /** An object's place as messages name it: bucket, key, endpoint. */
  place(key: string): string;
  /** Whether objects can be listed, which the least rights allow. */
  check(options?: ObjectOptions): Promise<void>;
  has(key: string, options?: ObjectOptions): Promise<boolean>;
  /** The content in pieces; undefined where there is no such object. */
  get(key: string, options?: ObjectOptions): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Puts an object, in parts where it is large: it is there whole, or not at all. */
  put(key: string, content: AsyncIterable<Uint8Array>, options?: ObjectOptions): Promise<void>;
  /** Removes all objects whose keys begin so; none is success. */
  removeAll(prefix: string): Promise<void>;
}
