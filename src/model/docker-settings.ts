import * as z from "zod/mini";

const Text = z.string().check(z.minLength(1));
const Names = z.readonly(z.array(Text));

export const Environment = z.record(
  z.string().check(z.regex(/^[^=\0]+$/, "a variable name without '='")),
  z.string(),
);

/** An absolute path in a container, with nothing in it that points elsewhere. */
export const ContainerPath = z
  .string()
  .check(
    z.regex(
      /^(?:\/(?!\.{1,2}(?:\/|$))[^/:,\0]+)+$/,
      "must be an absolute path without '.', '..', ':' or ','",
    ),
  );

/** Of the build of `dockerfile`. */
const BuildOptions = z.strictObject({
  /** Build arguments. */
  args: z.optional(Environment),
  /** The stage to stop at. */
  target: z.optional(Text),
});

/**
 * What the image of a step is made of; ZenML's `DockerSettings`. All of it is part of the environment key, unless it
 * says otherwise. Paths are relative to the project's root.
 */
export const DockerSettings = z.strictObject({
  /** Image that the step's image builds on; it must have Node 24 or later on its PATH. */
  parentImage: z.optional(Text),
  /** A Dockerfile whose image is the parent, instead of `parentImage`. Its content is in the key. */
  dockerfile: z.optional(Text),
  /** Folder that `dockerfile` may copy from. Its content is in the key. Default: none, the context is empty. */
  buildContextRoot: z.optional(Text),
  /** A file of patterns that are left out of the context. Default: `.dockerignore` in it. */
  dockerignore: z.optional(Text),
  buildOptions: z.optional(BuildOptions),
  /** Debian packages that are installed with apt-get. */
  aptPackages: z.optional(Names),
  /** npm packages that cannot be bundled, installed in the versions that the project's lockfile names. */
  npmPackages: z.optional(Names),
  /** Path in the image → file or folder of the project that is copied there. Its content is in the key. */
  copyFiles: z.optional(z.record(ContainerPath, Text)),
  /** Environment variables of the image. */
  environment: z.optional(Environment),
  /** Name or number of who the step runs as, with a group if need be: `node`, `1000:1000`. Default: the caller. */
  user: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/))),
  /** Platform of the image: `linux/arm64`. Default: the engine's. */
  platform: z.optional(
    z.string().check(z.regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, "must be as linux/arm64")),
  ),
  /** Runs the step in the parent image as it is: nothing is built, and code is mounted. Not part of the key. */
  skipBuild: z.optional(z.boolean()),
  /** Builds the image anew in each run that needs it, without the engine's build cache. Not part of the key. */
  preventBuildReuse: z.optional(z.boolean()),
  /** Network of the build's RUN instructions, for instance `host`. Not part of the key. */
  buildNetwork: z.optional(z.string()),
});
export type DockerSettings = z.infer<typeof DockerSettings>;
