import type { Cancellable } from "./port.ts";

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
