import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactDamagedError } from "./errors.ts";
import { byUtf8, checkDirectory, explained, listEntries } from "./plain-files.ts";
import { leadsOut } from "./tree-links.ts";

/** What lies below the directory of a file or folder artifact; paths relative to it, with `/`. */
export type TreeEntry =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/**
 * Everything below a directory, in the order of the paths' UTF-8 bytes; symbolic links are told, never followed.
 *
 * @throws ArtifactMissingError; ArtifactDamagedError where there is a pipe, a socket or a device, or a link that leads
 * out of the directory: a step may have planted one to make the host read what it should not.
 */
export const listTree = async (directory: string): Promise<readonly TreeEntry[]> => {
  checkDirectory(directory);
  const entries: TreeEntry[] = [];
  const parents = [""];
  // The loop also visits what it appends.
  for (const parent of parents) {
    for (const { path, kind } of listEntries(directory, parent, { links: true })) {
      entries.push(kind === "link" ? await linkAt(directory, path) : { kind, path });
      if (kind === "directory") parents.push(path);
    }
  }
  refuseLinksOut(directory, entries);
  return entries.sort((left, right) => byUtf8(left.path, right.path));
};

const linkAt = async (directory: string, path: string): Promise<TreeEntry> => {
  const at = join(directory, path);
  const bytes = await explained(at, readlink(at, { encoding: "buffer" }));
  const target = bytes.toString("utf8");
  if (Buffer.from(target).equals(bytes)) return { kind: "link", path, target };
  throw new ArtifactDamagedError({ path: at, problem: "it is a symbolic link whose target is not UTF-8." });
};

const refuseLinksOut = (directory: string, entries: readonly TreeEntry[]): void => {
  const links = new Map(
    entries.flatMap((entry) => (entry.kind === "link" ? [[entry.path, entry.target]] : [])),
  );
  for (const [path, target] of links) {
    if (!leadsOut(path, target, links)) continue;
    const problem = `it is a symbolic link that leads out of the folder, to ${target}: copy what it points at, or leave it out.`;
    throw new ArtifactDamagedError({ path: join(directory, path), problem });
  }
};
