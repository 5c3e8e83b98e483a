import * as z from "zod/mini";

/** One image that a snapshot needs. */
export const BuiltImage = z.object({
  /** What containers are created from: a tag of our own that names the content. */
  reference: z.string(),
  /** `sha256:…` of the image config. */
  imageId: z.string(),
  /** SHA-256 over parent, packages, environment and entrypoint: the environment key, in hex. */
  environmentKey: z.string(),
  /** What the environment key was made of. */
  ingredients: z.optional(z.record(z.string(), z.string())),
  parentImage: z.string(),
});
export type BuiltImage = z.infer<typeof BuiltImage>;

/** The images that a snapshot needs, and which invocation uses which. */
export const Build = z.object({
  id: z.string(),
  snapshotId: z.string(),
  createdAt: z.string(),
  images: z.array(BuiltImage),
  /** Invocation id → index into `images`. */
  invocations: z.record(z.string(), z.int()),
});
export type Build = z.infer<typeof Build>;
