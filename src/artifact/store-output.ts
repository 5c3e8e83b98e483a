import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { directoriesOf, hashOf, keepsTree } from "./artifact-kind.ts";
import type { ContentHash } from "./content-hash.ts";
import { ArtifactDamagedError, MaterializerError } from "./errors.ts";
import { AUTO, builtInRegistry, type MaterializerRegistry } from "./materializers/registry.ts";
import type { Materializer, StoredOutput } from "./port.ts";
import { syncDirectory } from "./sync.ts";
import { explainWriteErrors } from "./write-error.ts";

export interface StoreOutputOptions {
  /** Exists and is empty. */
  readonly directory: string;
  /** A name, or `auto`: the first that accepts the value. */
  readonly materializer: string;
  readonly signal?: AbortSignal | undefined;
  readonly registry?: MaterializerRegistry;
}

const choose = (value: unknown, { materializer: name, registry = builtInRegistry }: StoreOutputOptions) => {
  if (name === AUTO) return registry.forValue(value);
  const materializer = registry.named(name);
  if (materializer.accepts(value)) return materializer;
  const suits = registry.forValue(value).name;
  throw new MaterializerError(name, `does not take this ${typeof value}. Use '${suits}', or '${AUTO}'.`);
};

const syncTree = async (directory: string, materializer: string): Promise<void> => {
  for (const path of await directoriesOf(materializer, directory)) await syncDirectory(join(directory, path));
};

const sync = (file: FileHandle): Promise<void> => file.sync();

/** Hard links are refused here, where the fault is: the bytes of an output are its own. */
const syncFile = async (file: FileHandle, path: string): Promise<void> => {
  if ((await file.stat()).nlink > 1) {
    throw new ArtifactDamagedError({ path, problem: "it is a hard link to another file: write a copy." });
  }
  await file.sync();
};

/** Makes files and directories durable, and hashes them in the same pass. */
const seal = async (
  directory: string,
  { name }: Materializer,
  signal?: AbortSignal,
): Promise<ContentHash> => {
  try {
    const content = await hashOf(name, directory, { signal, onFile: keepsTree(name) ? sync : syncFile });
    await syncTree(directory, name);
    return content;
  } catch (cause) {
    if (!(cause instanceof ArtifactDamagedError)) throw cause;
    const problem = `left something at ${cause.path} that cannot be published: ${cause.problem}`;
    throw new MaterializerError(name, problem, { cause });
  }
};

/**
 * Writes a value into its artifact directory, durably, and tells what was written. Nothing is published.
 *
 * @throws EncodingError, MaterializerError or UnknownMaterializerError for a value that cannot be stored so;
 * OutputWriteError where the system refuses (disk full, read-only); the signal's reason.
 */
export const storeOutput = async (value: unknown, options: StoreOutputOptions): Promise<StoredOutput> => {
  const { directory, signal } = options;
  signal?.throwIfAborted();
  const materializer = choose(value, options);
  const content = await explainWriteErrors(directory, async () => {
    await materializer.save(value, directory);
    return await seal(directory, materializer, signal);
  });
  return {
    materializer: materializer.name,
    ...content,
    type: materializer.typeOf(value),
    metadata: materializer.metadata(value),
  };
};

/**
 * Reads a value back from its artifact directory.
 *
 * @throws ArtifactMissingError, ArtifactDamagedError, UnknownMaterializerError; what a materializer of the user's throws.
 */
export const loadInput = async (
  directory: string,
  materializer: string,
  registry: MaterializerRegistry = builtInRegistry,
): Promise<unknown> => {
  const reader = registry.named(materializer);
  await directoriesOf(materializer, directory);
  return await reader.load(directory);
};
