import type { BuildProgress } from "./image-builder.ts";

export interface PushProgress extends BuildProgress {
  /** What the engine calls the image; default: `name`. */
  readonly source?: string | undefined;
}

export interface FetchProgress extends BuildProgress {
  /** What it was pushed as: then the engine has it by that, too, and does not take it for rubbish. */
  readonly name?: string | undefined;
}

export interface RegistryImage {
  /** By digest, as containers and other engines name it: `host:5000/team/stepdock@sha256:…`. */
  readonly reference: string;
  /** How many layers went over the wire, and how many the registry had. */
  readonly layers: { readonly pushed: number; readonly present: number };
}

/**
 * Where the images of steps are kept, so that they can be had by digest wherever there is an engine; ZenML's
 * `BaseContainerRegistry`. A `name` is one of our own that names the content: `stepdock/step:0123abcd…`.
 */
export interface ContainerRegistry {
  /** Of the component. */
  readonly name: string;
  /** `host[:port][/path]` */
  readonly uri: string;
  /**
   * The reference by digest of what is there under a name, undefined where nothing is. One question to the registry.
   *
   * @throws RegistryError where it is down or refuses
   */
  find(name: string, progress?: BuildProgress): Promise<string | undefined>;
  /**
   * Pushes an image of the engine's: only the layers that the registry lacks. A refused one leaves the engine's names as
   * they were.
   *
   * @throws RegistryError, ImageNotFoundError where the engine does not have it
   */
  push(name: string, progress?: PushProgress): Promise<RegistryImage>;
  /**
   * Makes sure that the engine has what `reference` names by digest, also where that is in another registry.
   *
   * @returns the image's id
   * @throws ImageNotFoundError
   */
  fetch(reference: string, progress?: FetchProgress): Promise<string>;
}
