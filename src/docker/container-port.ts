import type { Writable } from "node:stream";
import type { Cancellable } from "./port.ts";

export interface Mount {
  readonly type: "bind" | "volume";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

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

export interface ContainerSpec {
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
  /**
   * A file that is mounted as `/etc/hosts` where `network` is `none`. With it the engine sets up no network at all: the
   * container has a loopback of its own, which the kernel gives, as it has otherwise, at half of the engine's CPU.
   */
  readonly hostsFile?: string | undefined;
  /** Names by which others in `network` find it; only in a network that was created by somebody. */
  readonly networkAliases?: readonly string[];
  /** How the engine finds out whether it is well. */
  readonly healthcheck?: Healthcheck;
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

/** What is not said here is as the image says it. */
export interface Healthcheck {
  /** `["CMD", program, …]` or `["CMD-SHELL", line]`. */
  readonly test?: readonly string[] | undefined;
  readonly intervalSeconds?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  /** Time after the start in which failures do not count. */
  readonly startPeriodSeconds?: number | undefined;
  /** So many failures in a row make it unhealthy. */
  readonly retries?: number | undefined;
}

export interface ContainerHealth {
  /** `none`: neither it nor its image has a health check. */
  readonly status: "none" | "starting" | "healthy" | "unhealthy";
  /** Whether it runs; of one that does not, `status` says nothing. */
  readonly running: boolean;
  /** What the last check printed, '' where there was none. */
  readonly output: string;
}

/** What a container has used so far, in one sample. What the engine does not tell is left out. */
export interface ContainerUsage {
  /**
   * Of all processes, with what is cached of files: the highest since its start where the engine knows it (cgroup v1),
   * else what it uses at this moment.
   */
  readonly memoryBytes?: number;
  readonly cpuNanoseconds: number;
  /** For how long its limit on CPUs held it up. */
  readonly throttledNanoseconds?: number;
}

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
  /** From its start to its exit, by the engine's clock. Absent where the engine was not asked, as after a plain exit 0. */
  readonly ranSeconds?: number;
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
  /** Settles as soon as the engine tells of the exit, or goes away: `ended` is yet to read and to ask what came of it. */
  readonly over: Promise<unknown>;
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
  /** What the engine's health check says. Rejects with `ContainerRemovedError` where it is gone. */
  health(id: string, options?: Cancellable): Promise<ContainerHealth>;
  /**
   * A sample a second while it runs (measured: 2 ms of the engine's CPU each), the first at once, or within a second where
   * the engine samples others already. It does not end with the container: end it by `signal`, and it rejects. Rejects
   * where the container is gone, or the engine.
   */
  usage(id: string, options?: Cancellable): AsyncIterable<ContainerUsage>;
  /** Kills if needed, removes with anonymous volumes. Gone already, or going, is success. */
  remove(id: string, options?: Cancellable): Promise<void>;
}
