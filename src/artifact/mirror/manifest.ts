import * as z from "zod/mini";
import { HashedEntry } from "../entries-hash.ts";

/**
 * What an artifact consists of, as an object beside those of its files. It is written last: without it there is no
 * artifact, whatever files are there.
 */
export const Manifest = z.strictObject({
  formatVersion: z.literal(1),
  materializer: z.string(),
  contentHash: z.string(),
  /** In the order of the paths' UTF-8 bytes. */
  entries: z.array(HashedEntry),
});
export type Manifest = z.infer<typeof Manifest>;
