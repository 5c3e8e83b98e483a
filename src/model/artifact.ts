import * as z from "zod/mini";

/** One file of an artifact, with what is needed to see whether it was touched since it was published. */
export const FileStamp = z.object({
  /** Relative to the artifact's directory, with `/`. */
  path: z.string(),
  sizeBytes: z.number(),
  mtimeMs: z.number(),
  ctimeMs: z.number(),
  inode: z.number(),
});
export type FileStamp = z.infer<typeof FileStamp>;

/** What a materializer has written, told before anything is published. */
export const StoredOutput = z.object({
  materializer: z.string(),
  /** SHA-256 in hex over the names and contents of the files. */
  contentHash: z.string(),
  sizeBytes: z.number(),
  /** The value's type as a person would write it. */
  type: z.string(),
  metadata: z.record(z.string(), z.json()),
});
export type StoredOutput = z.infer<typeof StoredOutput>;

/** A stored output version; ZenML's `ArtifactVersion`. */
export const ArtifactVersion = z.object({
  id: z.string(),
  /** `<pipeline>::<invocation>::<output>`. */
  name: z.string(),
  /** `local://<artifact store>/<step>/<output>/<step run id>`: never an absolute path. */
  uri: z.string(),
  materializer: z.string(),
  contentHash: z.string(),
  sizeBytes: z.number(),
  type: z.string(),
  metadata: z.record(z.string(), z.json()),
  stamps: z.array(FileStamp),
  createdAt: z.string(),
  /** The step run that made it. */
  producerStepRunId: z.string(),
});
export type ArtifactVersion = z.infer<typeof ArtifactVersion>;
