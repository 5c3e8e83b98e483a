import * as z from "zod/mini";
import { keepsTree } from "./artifact-kind.ts";
import { hashOfFiles } from "./content-hash.ts";
import { byUtf8 } from "./plain-files.ts";
import { hashOfTree } from "./tree-hash.ts";

export const Sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, "no SHA-256 in hex"));
export const SizeBytes = z.int().check(z.nonnegative());

/** Relative to the artifact's directory, with `/`: it leads nowhere but below it. */
const EntryPath = z
  .string()
  .check(
    z.refine(
      (path) => !path.includes("\0") && path.split("/").every((part) => !["", ".", ".."].includes(part)),
      { error: "a path that does not stay inside of its artifact" },
    ),
  );

/** What lies below an artifact's directory, each file with the SHA-256 of its content: as manifests have it. */
export const HashedEntry = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("file"),
    path: EntryPath,
    executable: z.boolean(),
    sha256: Sha256,
    sizeBytes: SizeBytes,
  }),
  z.strictObject({ kind: z.literal("directory"), path: EntryPath }),
  z.strictObject({ kind: z.literal("link"), path: EntryPath, target: z.string() }),
]);
export type HashedEntry = Readonly<z.infer<typeof HashedEntry>>;

/** The content hash that `hashOf` finds where just these entries are: without reading a file. */
export const hashOfEntries = (materializer: string | undefined, entries: readonly HashedEntry[]): string => {
  const sorted = entries.toSorted((left, right) => byUtf8(left.path, right.path));
  return keepsTree(materializer)
    ? hashOfTree(sorted)
    : hashOfFiles(sorted.filter((entry) => entry.kind === "file"));
};
