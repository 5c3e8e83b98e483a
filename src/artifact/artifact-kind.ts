import type { FileStamp } from "../model/index.ts";
import { type ContentHash, type HashOptions, hashDirectory } from "./content-hash.ts";
import { listPlainTree } from "./plain-files.ts";
import { stampDirectory, stampTree } from "./stamps.ts";
import { listTree } from "./tree.ts";
import { hashTree } from "./tree-hash.ts";

const TREES: ReadonlySet<string> = new Set(["file", "directory"]);

/** Whether links, empty folders and the right to be executed belong to what a materializer stores. */
export const keepsTree = (materializer: string | undefined): boolean =>
  materializer !== undefined && TREES.has(materializer);

/** The hash that tells artifacts of this materializer apart. */
export const hashOf = (
  materializer: string | undefined,
  directory: string,
  options: HashOptions,
): Promise<ContentHash> =>
  keepsTree(materializer) ? hashTree(directory, options) : hashDirectory(directory, options);

/** A link is refused where there is to be one file: it would not be what was hashed. */
export const stampsOf = (materializer: string | undefined, directory: string): Promise<FileStamp[]> =>
  materializer === "directory" ? stampTree(directory) : stampDirectory(directory);

/** Paths of the directories below an artifact's, with its own; throws for what no such artifact may hold. */
export const directoriesOf = async (materializer: string, directory: string): Promise<readonly string[]> => {
  if (!keepsTree(materializer)) return (await listPlainTree(directory)).directories;
  const entries = await listTree(directory);
  return ["", ...entries.flatMap(({ kind, path }) => (kind === "directory" ? [path] : []))];
};
