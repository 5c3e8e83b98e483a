import { hash } from "node:crypto";
import { keepsTree } from "./artifact-kind.ts";
import { byUtf8 } from "./plain-files.ts";

/** What lies below an artifact's directory, each file with the SHA-256 of its content, in hex. */
export type HashedEntry =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly executable: boolean;
      readonly sha256: string;
      readonly sizeBytes: number;
    }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** The content hash that `hashOf` finds where just these entries are: without reading a file. */
export const hashOfEntries = (materializer: string | undefined, entries: readonly HashedEntry[]): string => {
  const sorted = entries.toSorted((left, right) => byUtf8(left.path, right.path));
  if (!keepsTree(materializer)) return hash("sha256", sorted.map(plainLine).join(""));
  return hash("sha256", `stepdock tree 1\n${sorted.map(treeLine).join("")}`);
};

/** See `hashDirectory`, for which only files count. */
const plainLine = (entry: HashedEntry): string =>
  entry.kind === "file" ? `${entry.path}\0${entry.sizeBytes}\0${entry.sha256}\n` : "";

/** See `hashTree`. */
const treeLine = (entry: HashedEntry): string => {
  if (entry.kind === "directory") return `d\0${entry.path}\n`;
  if (entry.kind === "link") return `l\0${entry.path}\0${entry.target}\n`;
  return `${entry.executable ? "x" : "f"}\0${entry.path}\0${entry.sizeBytes}\0${entry.sha256}\n`;
};
