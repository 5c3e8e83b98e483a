import type { ContainerClient } from "./container-port.ts";
import type { ImageClient } from "./image-port.ts";

export type * from "./container-port.ts";
export type * from "./image-port.ts";

/** What the rest of the house knows of a container engine. The adapter beside it is the only importer of dockerode. */
export interface ContainerEngine extends AsyncDisposable {
  /** Where it was found, as a URL: `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2376`. */
  readonly endpoint: string;
  readonly images: ImageClient;
  readonly containers: ContainerClient;
  readonly networks: NetworkClient;
  readonly volumes: VolumeClient;
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

export interface NetworkSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Reaches nothing outside, the engine's host included. */
  readonly internal: boolean;
}

export interface NetworkRecord {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Networks of the engine's bridge driver. */
export interface NetworkClient {
  create(spec: NetworkSpec, options?: Cancellable): Promise<NetworkRecord>;
  list(labels: Readonly<Record<string, string>>, options?: Cancellable): Promise<NetworkRecord[]>;
  /** Absent already is success; one that a running container is in is refused. */
  remove(id: string, options?: Cancellable): Promise<void>;
}

/** Volumes that carry our labels. */
export interface VolumeClient {
  list(labels: Readonly<Record<string, string>>, options?: Cancellable): Promise<{ name: string }[]>;
  /** Absent already is success. */
  remove(name: string, options?: Cancellable): Promise<void>;
}
