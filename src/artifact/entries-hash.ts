import { keepsTree } from "./artifact-kind.ts";
import { hashOfFiles } from "./content-hash.ts";
import { byUtf8 } from "./plain-files.ts";
import { type HashedEntry, hashOfTree } from "./tree-hash.ts";

export type { HashedEntry };

/** The content hash that `hashOf` finds where just these entries are: without reading a file. */
export const hashOfEntries = (materializer: string | undefined, entries: readonly HashedEntry[]): string => {
  const sorted = entries.toSorted((left, right) => byUtf8(left.path, right.path));
  return keepsTree(materializer)
    ? hashOfTree(sorted)
    : hashOfFiles(sorted.filter((entry) => entry.kind === "file"));
};
