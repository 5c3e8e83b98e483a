import type Dockerode from "dockerode";
import type { PublishedPort } from "./container-extras.ts";
import type { ContainerSpec, Mount } from "./port.ts";

/**
 * The engine's own copy of the output, read only when a run is adopted. `local` keeps bytes as they were, which
 * json-file does not; one file that large, because each rotation loses lines. The engine refuses to compress one file.
 */
const LOG_CONFIG = {
  Type: "local",
  Config: { "max-size": "1g", "max-file": "1", compress: "false" },
};

/** What `POST /containers/create` is sent for a spec. Its name is no part of it: that goes into the query. */
export const createOptions = (spec: ContainerSpec): Dockerode.ContainerCreateOptions => ({
  Image: spec.image,
  Entrypoint: spec.entrypoint && [...spec.entrypoint],
  Cmd: [...spec.command],
  Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
  Labels: { ...spec.labels },
  User: spec.user,
  WorkingDir: spec.workdir,
  StopTimeout: spec.stopTimeoutSeconds,
  Tty: spec.tty ?? false,
  AttachStdout: true,
  AttachStderr: true,
  AttachStdin: spec.stdin,
  OpenStdin: spec.stdin,
  StdinOnce: spec.stdin,
  ...(spec.ports?.length ? { ExposedPorts: exposed(spec.ports) } : {}),
  HostConfig: hostConfig(spec),
});

const hostConfig = (spec: ContainerSpec): Dockerode.HostConfig => ({
  NetworkMode: spec.network,
  Mounts: spec.mounts.map(mountSettings),
  Tmpfs: { ...spec.tmpfs },
  Init: spec.init,
  ReadonlyRootfs: spec.readOnlyRoot,
  CapDrop: [...spec.capabilitiesDropped],
  SecurityOpt: spec.noNewPrivileges ? ["no-new-privileges"] : [],
  LogConfig: LOG_CONFIG,
  PidsLimit: spec.pidsLimit,
  ...limits(spec),
  ...asked(spec),
});

/** What a container has only where it was asked for. */
const asked = (spec: ContainerSpec): Dockerode.HostConfig => ({
  CapAdd: spec.capabilitiesAdded && [...spec.capabilitiesAdded],
  ExtraHosts:
    spec.extraHosts && Object.entries(spec.extraHosts).map(([name, address]) => `${name}:${address}`),
  PortBindings:
    spec.ports &&
    Object.fromEntries(
      Map.groupBy(spec.ports, (port) => port.containerPort)
        .entries()
        .map(([name, ports]) => [name, ports.map(binding)]),
    ),
  ShmSize: spec.shmBytes,
  Ulimits:
    spec.ulimits &&
    Object.entries(spec.ulimits).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard })),
  Devices: spec.devices?.map(({ source, target, permissions }) => ({
    PathOnHost: source,
    PathInContainer: target,
    CgroupPermissions: permissions,
  })),
  Sysctls: spec.sysctls && { ...spec.sysctls },
  DeviceRequests: spec.gpuCount ? [{ Driver: "", Count: spec.gpuCount, Capabilities: [["gpu"]] }] : undefined,
});

const binding = ({ hostAddress, hostPort }: PublishedPort) => ({
  HostIp: hostAddress,
  HostPort: String(hostPort),
});

const exposed = (ports: readonly PublishedPort[]): Record<string, object> =>
  Object.fromEntries(ports.map(({ containerPort }) => [containerPort, {}]));

/** `Binds` would create a missing host path without a word, as root; `Mounts` refuses it. */
const mountSettings = ({ type, source, target, readOnly }: Mount): Dockerode.MountSettings => ({
  Type: type,
  Source: source,
  Target: target,
  ReadOnly: readOnly,
});

/** Memory plus swap equal to memory is no swap: with swap, a step over its limit crawls instead of ending. */
const limits = ({ memoryBytes, cpus }: ContainerSpec): Dockerode.HostConfig => ({
  Memory: memoryBytes,
  MemorySwap: memoryBytes,
  NanoCpus: cpus === undefined ? undefined : Math.round(cpus * 1e9),
});
