import type { BuiltImage, ContainerImage, DockerSettings } from "../model/index.ts";

/** The code of the steps that share an image: code hash → bundle, as it stands in the image; `name` is its file's there. */
export type BundleFiles = ReadonlyMap<string, { readonly code: string; readonly name?: string }>;

/** Everything an image is made of but the code, resolved: equal plans are equal environments. */
export interface EnvironmentPlan {
  /** SHA-256 in hex over parent, packages, environment and entrypoint: the environment key. */
  readonly key: string;
  /** The reference that the image builds on, as it will stand in FROM. */
  readonly parentImage: string;
  /** What the key was made of, each hashed or short, so that `plan` can name the one that changed. */
  readonly ingredients: Readonly<Record<string, string>>;
  readonly settings: DockerSettings;
  /** Present: the image of a container step as it is, or as its Dockerfile makes it, with nothing of ours in it. */
  readonly container?: ContainerImage | undefined;
}

export interface BuildProgress {
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: (line: string) => void;
}

/** Makes the images of steps; ZenML's `BaseImageBuilder`. */
export interface ImageBuilder {
  /** The file of this machine that runs a step, for images that are used as they are. */
  readonly entrypointPath?: string | undefined;
  /**
   * Resolves the parent image (pulls it where the engine lacks it), the packages and their versions.
   *
   * @param externals npm packages that bundles leave out; they are installed like `settings.npmPackages`
   * @throws ImageNotFoundError, SettingsError
   */
  planEnvironment(
    settings: DockerSettings,
    externals: readonly string[],
    progress?: BuildProgress,
  ): Promise<EnvironmentPlan>;
  /**
   * Resolves the image of a container step, or of a service: one that is named is pulled where the engine lacks it, and its
   * key is equal for equal content, whatever its name and id; of one that is built the context is read. `imageReference`
   * and `ensureImage` take what it returns.
   *
   * @throws ImageNotFoundError, ImageSettingsError
   */
  planContainer(container: ContainerImage, progress?: BuildProgress): Promise<EnvironmentPlan>;
  /** The tag that an image of this environment with these bundles has, by content. */
  imageReference(plan: EnvironmentPlan, codeHashes: readonly string[]): string;
  /**
   * Makes sure that the image is there. Unchanged, it costs one inspect. `origin` is the reference by digest of an image
   * that is used as it is and came from a registry.
   */
  ensureImage(
    plan: EnvironmentPlan,
    bundles: BundleFiles,
    progress?: BuildProgress,
  ): Promise<{ readonly image: BuiltImage; readonly reused: boolean; readonly origin?: string | undefined }>;
}
