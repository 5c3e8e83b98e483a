/** A port of a container at one of the engine's host. */
export interface PublishedPort {
  /** `8080/tcp`. */
  readonly containerPort: string;
  readonly hostAddress: string;
  /** 0 for any. */
  readonly hostPort: number;
}

export interface Ulimit {
  readonly soft: number;
  readonly hard: number;
}

export interface Device {
  readonly source: string;
  readonly target: string;
  /** Of `r`, `w` and `m`. */
  readonly permissions: string;
}

/** The limits of a container, and what it has only where it was asked for. */
export interface ContainerExtras {
  readonly memoryBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly pidsLimit?: number | undefined;
  /** So many of the engine's GPUs, through NVIDIA's container runtime. */
  readonly gpuCount?: number | undefined;
  /** Name → address, for `/etc/hosts`. */
  readonly extraHosts?: Readonly<Record<string, string>> | undefined;
  readonly ports?: readonly PublishedPort[] | undefined;
  readonly shmBytes?: number | undefined;
  /** Name, such as `nofile` → limits; -1 for none. */
  readonly ulimits?: Readonly<Record<string, Ulimit>> | undefined;
  readonly devices?: readonly Device[] | undefined;
  readonly sysctls?: Readonly<Record<string, string>> | undefined;
  readonly capabilitiesAdded?: readonly string[] | undefined;
}
