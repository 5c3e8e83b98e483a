import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Device, PublishedPort, Ulimit } from "../../docker/container-extras.ts";
import type { ContainerSpec, Mount } from "../../docker/port.ts";
import type { ResourceSettings, RunSettings, StepSettings } from "../../model/index.ts";
import { parseBytes } from "../../util/bytes.ts";

type Asked = Pick<
  ContainerSpec,
  | ("mounts" | "tmpfs" | "extraHosts" | "ports" | "shmBytes" | "ulimits" | "devices" | "sysctls")
  | ("capabilitiesAdded" | "memoryBytes" | "cpus" | "gpuCount")
>;

/** What a step's settings ask for its container, besides what every one has: limits, and what opens it up. */
export const askedOf = ({ run = {}, resources = {} }: StepSettings, projectRoot: string): Asked => ({
  ...limitsOf(resources),
  mounts: Object.entries(run.volumes ?? {}).map(([target, { source, readOnly = true }]) =>
    volumeMount({ target, source, readOnly }, projectRoot),
  ),
  tmpfs: mapped(run.tmpfs ?? {}, tmpfsOptions),
  extraHosts: run.extraHosts,
  ports: run.ports && Object.entries(run.ports).map(publishedPort),
  shmBytes: bytesOf(run.shmSize),
  ulimits: run.ulimits && mapped(run.ulimits, asUlimit),
  devices: run.devices?.map(asDevice),
  sysctls: run.sysctls,
  capabilitiesAdded: run.capAdd,
});

const limitsOf = ({ memory, cpuCount, gpuCount }: ResourceSettings) => ({
  memoryBytes: bytesOf(memory),
  cpus: cpuCount,
  gpuCount,
});

const bytesOf = (memory: string | undefined): number | undefined =>
  memory === undefined ? undefined : parseBytes(memory);

const mapped = <T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** As the engine tells them apart: a path has a slash in it, or begins with a dot, and the name of a volume does neither. */
const volumeMount = ({ source, target, readOnly }: Omit<Mount, "type">, projectRoot: string): Mount => {
  if (!/[/\\]|^[.~]/.test(source)) return { type: "volume", source, target, readOnly };
  const path = source.startsWith("~/") ? join(homedir(), source.slice(2)) : resolve(projectRoot, source);
  return { type: "bind", source: path, target, readOnly };
};

const tmpfsOptions = ({ size, exec = false }: NonNullable<RunSettings["tmpfs"]>[string]): string =>
  [
    ...["rw", exec ? "exec" : "noexec", "nosuid", "nodev", "mode=1777"],
    ...(size === undefined ? [] : [`size=${parseBytes(size)}`]),
  ].join(",");

const publishedPort = ([port, host]: [string, number | string]): PublishedPort => {
  const containerPort = port.includes("/") ? port : `${port}/tcp`;
  if (typeof host === "number") return { containerPort, hostAddress: "127.0.0.1", hostPort: host };
  const [, address = "", hostPort] = /^\[?(.*?)\]?:(\d+)$/.exec(host) ?? [];
  return { containerPort, hostAddress: address, hostPort: Number(hostPort) };
};

const asUlimit = (limit: number | Ulimit): Ulimit =>
  typeof limit === "number" ? { soft: limit, hard: limit } : limit;

const asDevice = (device: string): Device => {
  const [source = "", ...rest] = device.split(":");
  const target = rest.find((part) => part.startsWith("/")) ?? source;
  return { source, target, permissions: rest.find((part) => !part.startsWith("/")) ?? "rwm" };
};
