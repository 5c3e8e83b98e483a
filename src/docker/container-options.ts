import type Dockerode from "dockerode";
import type { ContainerSpec, Healthcheck, Mount, PublishedPort } from "./port.ts";

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
  ...(isAlone(spec) && { NetworkDisabled: true }),
  ...(spec.ports?.length ? { ExposedPorts: exposed(spec.ports) } : {}),
  HostConfig: hostConfig(spec),
  ...(spec.networkAliases && { NetworkingConfig: aliases(spec.network, spec.networkAliases) }),
  ...(spec.healthcheck && { Healthcheck: healthcheck(spec.healthcheck) }),
});

/**
 * For `none` the engine starts itself twice more for each container, to move a network namespace that has nothing but
 * loopback into its own books, and to set IPv6 on it: of 250 ms of CPU, 125. Told that there is no network it leaves the
 * namespace to runc, which brings up loopback as well; only `/etc/hosts` is then the image's own, mostly empty.
 */
const isAlone = ({ network, hostsFile }: ContainerSpec): boolean =>
  network === "none" && hostsFile !== undefined;

const aliases = (network: string, names: readonly string[]) => ({
  EndpointsConfig: { [network]: { Aliases: [...names] } },
});

/** The engine takes what is not given here from the image, part by part; times in nanoseconds. */
const healthcheck = (check: Healthcheck): Dockerode.HealthConfig => ({
  Test: check.test && [...check.test],
  Interval: nanoseconds(check.intervalSeconds),
  Timeout: nanoseconds(check.timeoutSeconds),
  StartPeriod: nanoseconds(check.startPeriodSeconds),
  Retries: check.retries,
});

const nanoseconds = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.round(seconds * 1e9);

const hostConfig = (spec: ContainerSpec): Dockerode.HostConfig => ({
  NetworkMode: spec.network,
  Mounts: [...spec.mounts, ...hostsMount(spec)].map(mountSettings),
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

const hostsMount = (spec: ContainerSpec): Mount[] =>
  isAlone(spec) && spec.hostsFile !== undefined
    ? [{ type: "bind", source: spec.hostsFile, target: "/etc/hosts", readOnly: true }]
    : [];

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
