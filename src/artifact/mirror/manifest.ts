import * as z from "zod/mini";
import { keepsTree } from "../artifact-kind.ts";
import { hashOfFiles } from "../content-hash.ts";
import { type HashedEntry, hashOfTree } from "../tree-hash.ts";

/** A path below the artifact's own directory, that leads nowhere else. */
const InnerPath = z
  .string()
  .check(
    z.refine((path) =>
      path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0")),
    ),
  );

const Entry = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("file"),
    path: InnerPath,
    sizeBytes: z.int(),
    sha256: z.string(),
    executable: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("link"), path: InnerPath, target: z.string() }),
  z.strictObject({ kind: z.literal("directory"), path: InnerPath }),
]);

/**
 * What an artifact consists of, as an object beside those of its files. It is written last: without it there is no
 * artifact, whatever files are there.
 */
export const Manifest = z.strictObject({
  formatVersion: z.literal(1),
  materializer: z.string(),
  contentHash: z.string(),
  /** In the order of the paths' UTF-8 bytes. */
  entries: z.array(Entry),
});
export type Manifest = z.infer<typeof Manifest>;

/** The content hash of an artifact that consists of these entries. */
export const hashOfEntries = (materializer: string, entries: readonly HashedEntry[]): string =>
  keepsTree(materializer)
    ? hashOfTree(entries)
    : hashOfFiles(entries.filter((entry) => entry.kind === "file"));
