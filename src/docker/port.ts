import type { Readable, Writable } from "node:stream";
import type { ContainerExtras } from "./container-extras.ts";

/** What the rest of the house knows of a container engine. The adapter beside it is the only importer of dockerode. */
export interface ContainerEngine extends AsyncDisposable {
  /** Where it was found, as a URL: `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2376`. */
  readonly endpoint: string;
  readonly images: ImageClient;
  readonly containers: ContainerClient;
  readonly leftovers: LeftoverClient;
  info(options?: Cancellable): Promise<EngineInfo>;
}

export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/** The engine's own figures (`/info`, `/version`), which differ from the host's where it runs in a VM. */
export interface EngineInfo {
  readonly endpoint: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly operatingSystem: string;
  readonly osType: string;
  /** As OCI spells it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly storageDriver: string;
  readonly rootDirectory: string;
  readonly rootless: boolean;
  /** Whether it knows how to give a container GPUs. */
  readonly hasGpuRuntime: boolean;
}

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
  /** The stage to stop at. */
  readonly target?: string | undefined;
  readonly noCache?: boolean;
  /** Network of RUN instructions, for instance `host`. */
  readonly networkMode?: string | undefined;
}

export interface BuildOptions extends Cancellable {
  /** Build or pull output as it comes, one line a call, without its newline. */
  readonly onOutput?: (line: string) => void;
}

export interface PullOptions extends BuildOptions {
  /** `linux/arm64`; default: the engine's own. */
  readonly platform?: string | undefined;
}

export interface ImageClient {
  /** The image, or undefined where the engine does not have it. */
  inspect(reference: string, options?: Cancellable): Promise<ImageRecord | undefined>;
  /** Resolves only when the engine has the image: the stream's word is checked by an inspect. */
  pull(reference: string, options?: PullOptions): Promise<ImageRecord>;
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

export interface Mount {
  readonly type: "bind" | "volume";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface ContainerSpec extends ContainerExtras {
  readonly name?: string;
  readonly image: string;
  /** Replaces the image's entrypoint; its arguments follow in `command`. */
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** `uid:gid`. */
  readonly user?: string;
  readonly workdir?: string;
  /** `none`, `bridge`, `host` or the name of a network. */
  readonly network: string;
  readonly readOnlyRoot: boolean;
  /** Mount point → options, for instance `/tmp` → `rw,exec,nosuid,nodev,mode=1777`. */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly init: boolean;
  readonly capabilitiesDropped: readonly string[];
  readonly noNewPrivileges: boolean;
  /** Whether stdin stays open until the one attached writer closes it (`OpenStdin`, `StdinOnce`). */
  readonly stdin: boolean;
  /** Whether stdin and stdout are a terminal; then all that it prints is of stdout. Default false. */
  readonly tty?: boolean;
  /** Grace between SIGTERM and SIGKILL when the engine stops it, in seconds. */
  readonly stopTimeoutSeconds?: number;
}

export type StreamName = "stdout" | "stderr";

/**
 * Takes what a container prints. A returned promise is back-pressure: the engine is read no further until it settles.
 * Settle it within a second: an engine drops, from its own log as well, what it still holds 2 seconds after the exit
 * (measured: some 100 KB, where more than 1.3 MB waited). So write to a file here, never to a terminal.
 */
export interface OutputSink {
  write(stream: StreamName, chunk: Buffer): void | Promise<void>;
}

export interface ExitState {
  readonly exitCode: number;
  /**
   * True also when the kernel killed a child and the main process lived on to exit 0. False is no proof: a busy engine
   * missed 17 of 280 (20.10, cgroup v1), so 137 under a memory limit that nobody sent a signal for is suspect too.
   */
  readonly oomKilled: boolean;
  /** The engine's word on why it could not start or run, '' if there is none. */
  readonly error: string;
  /** The engine's clock, and not exact: where a container ends at once, `finishedAt` may be some ms before this. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** Created, attached, waited for, not started: what it prints cannot be missed, how it ends cannot be missed. */
export interface CreatedContainer extends AsyncDisposable {
  readonly id: string;
  /** Starts it. A start that fails rejects with `ContainerStartError`; the container is to be disposed all the same. */
  start(options?: Cancellable): Promise<StartedContainer>;
}

export interface StartedContainer {
  readonly id: string;
  /** Undefined where the spec asked for no stdin. */
  readonly stdin: Writable | undefined;
  /** Resolves after the exit and after every byte that it printed was given to the sink. */
  readonly ended: Promise<ExitState>;
  /** Of the terminal, where the spec asked for one. Exited already is success. */
  resize(columns: number, rows: number): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace, in seconds. Exited already is success. */
  stop(graceSeconds: number, options?: Cancellable): Promise<void>;
  kill(signal?: string, options?: Cancellable): Promise<void>;
}

/**
 * `paused` is followed as `running` is. `created`: it was never started, or could not be. `restarting`: by a policy,
 * which the containers made here have none of; then `ended` is one of its exits.
 */
export type AdoptedState = "created" | "running" | "paused" | "restarting" | "exited";

/** A container that another process made. Disposing it kills if needed and removes it with its volumes. */
export interface AdoptedContainer extends AsyncDisposable {
  readonly id: string;
  /** At the adoption. */
  readonly state: AdoptedState;
  /**
   * As that of `StartedContainer`. A container that is `created` has no end: rejects with `ContainerNotStartedError`.
   * Rejects with `DockerRequestError` where the engine went away: the container may still run, and be adopted again.
   */
  readonly ended: Promise<ExitState>;
  /** As those of `StartedContainer`; they wake a container that is paused. */
  stop(graceSeconds: number, options?: Cancellable): Promise<void>;
  kill(signal?: string, options?: Cancellable): Promise<void>;
}

export interface ContainerRecord {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** `created`, `running`, `exited`, … as the engine says. */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

export interface ContainerClient {
  /** create → attach → arm `wait` with next-exit. Disposing it kills if needed and removes it with its volumes. */
  create(spec: ContainerSpec, sink: OutputSink, options?: Cancellable): Promise<CreatedContainer>;
  /**
   * Takes over a container whose maker died, running or not. The sink is given all that it ever printed, from the
   * beginning, out of the engine's log. Its stdin cannot be had again. Undefined where there is no such container, or
   * only one whose removal was begun (`removing`, `dead`). `signal` counts until this resolves, and where it rejects
   * the container is left as it was.
   */
  adopt(id: string, sink: OutputSink, options?: Cancellable): Promise<AdoptedContainer | undefined>;
  list(labels: Readonly<Record<string, string>>, options?: Cancellable): Promise<ContainerRecord[]>;
  /** Kills if needed, removes with anonymous volumes. Gone already, or going, is success. */
  remove(id: string, options?: Cancellable): Promise<void>;
}

/** Networks and volumes that carry our labels. */
export interface LeftoverClient {
  networks(
    labels: Readonly<Record<string, string>>,
    options?: Cancellable,
  ): Promise<{ id: string; name: string }[]>;
  removeNetwork(id: string, options?: Cancellable): Promise<void>;
  volumes(labels: Readonly<Record<string, string>>, options?: Cancellable): Promise<{ name: string }[]>;
  removeVolume(name: string, options?: Cancellable): Promise<void>;
}
