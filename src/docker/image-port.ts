import type { Readable } from "node:stream";
import type { Cancellable } from "./port.ts";

export interface ImageRecord {
  /** `sha256:…` of the image config. Differs for equal content: never part of a key. */
  readonly id: string;
  readonly tags: readonly string[];
  /** `name@sha256:…`, present where the image came from, or went to, a registry. */
  readonly repositoryDigests: readonly string[];
  /** Digests of the root file system layers, lowest first. */
  readonly layers: readonly string[];
  readonly architecture: string;
  readonly os: string;
  readonly sizeBytes: number;
  readonly createdAt: string;
  /** When it last got a name, where the engine tells; else when it was made. */
  readonly taggedAt: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The part of the config that changes how a process runs: env, entrypoint, command, user, workdir. */
  readonly config: ImageConfig;
  /** All of the config, in the engine's spelling: what an image that is made from this one takes over. */
  readonly wholeConfig: Readonly<Record<string, unknown>>;
  /** Of the architecture: `v8`; '' where it says none. */
  readonly variant: string;
  /** Kept as containerd's image store does, in compressed blobs: an archive for `load` needs each of them. */
  readonly keptAsBlobs: boolean;
}

export interface ImageConfig {
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly user: string;
  readonly workdir: string;
}

export interface BuildRequest {
  /** The tar stream of the context; it contains the Dockerfile. */
  readonly context: Readable;
  readonly dockerfile: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly platform?: string | undefined;
  readonly noCache?: boolean;
  /** The stage to build; default: the last. */
  readonly target?: string | undefined;
  /** Network of RUN instructions, for instance `host`. */
  readonly networkMode?: string | undefined;
}

export interface BuildOptions extends Cancellable {
  /** Build or pull output as it comes, one line a call, without its newline. */
  readonly onOutput?: (line: string) => void;
}

/** A name and a password, or what stands for one. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

export interface RegistryOptions extends BuildOptions {
  /** Default: what the Docker CLI would present to the registry. */
  readonly login?: RegistryLogin | undefined;
}

export interface PushedImage {
  /** By digest: `name@sha256:…`. */
  readonly reference: string;
  /** How many layers went over the wire, and how many the registry had. */
  readonly layers: { readonly pushed: number; readonly present: number };
}

export interface PullOptions extends RegistryOptions {
  /** `linux/arm64`; default: the engine's own. */
  readonly platform?: string | undefined;
}

export interface ImageClient {
  /** The image, or undefined where the engine does not have it. */
  inspect(reference: string, options?: Cancellable): Promise<ImageRecord | undefined>;
  /** Resolves only when the engine has the image: the stream's word is checked by an inspect. */
  pull(reference: string, options?: PullOptions): Promise<ImageRecord>;
  /**
   * To the registry that the reference names, under its tag. Resolves when the registry has the image: the stream's word
   * is checked.
   *
   * @throws RegistryError, ImageNotFoundError
   */
  push(reference: string, options?: RegistryOptions): Promise<PushedImage>;
  /**
   * The digest that the registry has for a reference, undefined where it has no such image, or says that it is not for
   * this login, which some say of what they do not have.
   *
   * @throws RegistryError
   */
  digestInRegistry(reference: string, options?: RegistryOptions): Promise<string | undefined>;
  /** Rejects with `ImageBuildError` that carries the failing instruction and its output. */
  build(request: BuildRequest, options?: BuildOptions): Promise<ImageRecord>;
  /** `docker import`: one layer from a tar of a root file system; `changes` are Dockerfile instructions. */
  import(
    rootFileSystem: Readable,
    tag: string,
    changes: readonly string[],
    options?: Cancellable,
  ): Promise<ImageRecord>;
  /** `docker load` of an archive with one image, which is called `tag` there. */
  load(archive: Readable, tag: string, options?: BuildOptions): Promise<ImageRecord>;
  list(labels: Readonly<Record<string, string>>, options?: Cancellable): Promise<ImageRecord[]>;
  tag(reference: string, newReference: string, options?: Cancellable): Promise<void>;
  /** Absent already is success. */
  remove(reference: string, options?: Cancellable): Promise<void>;
}
