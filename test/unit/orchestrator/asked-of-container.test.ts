import { expect, test } from "vitest";
import { createOptions } from "../../../src/docker/container-options.ts";
import type { StepSettings } from "../../../src/model/index.ts";
import { askedOf } from "../../../src/orchestrator/containerized/asked-of-container.ts";

const BARE = {
  ...{ image: "i", command: [], environment: {}, labels: {}, network: "none", readOnlyRoot: true },
  ...{ init: true, capabilitiesDropped: ["ALL"], noNewPrivileges: true, stdin: false },
};

const sent = (settings: StepSettings) =>
  JSON.parse(JSON.stringify(createOptions({ ...BARE, ...askedOf(settings, "/project") })));

test("a step that asks for nothing is given nothing", () => {
  const { HostConfig, ...rest } = sent({});
  expect(rest).not.toHaveProperty("ExposedPorts");
  expect(Object.keys(HostConfig).sort()).toEqual(
    [
      "CapDrop",
      "Init",
      "LogConfig",
      "Mounts",
      "NetworkMode",
      "ReadonlyRootfs",
      "SecurityOpt",
      "Tmpfs",
    ].sort(),
  );
  expect(HostConfig.Mounts).toEqual([]);
});

test("a volume is a path where its source looks like one, else a named volume; read-only unless it says so", () => {
  const volumes = {
    "/a": { source: "data/a" },
    "/b": { source: "./b", readOnly: false },
    "/c": { source: "/abs" },
    "/d": { source: "cache", readOnly: false },
  };
  expect(sent({ run: { volumes } }).HostConfig.Mounts).toEqual([
    { Type: "bind", Source: "/project/data/a", Target: "/a", ReadOnly: true },
    { Type: "bind", Source: "/project/b", Target: "/b", ReadOnly: false },
    { Type: "bind", Source: "/abs", Target: "/c", ReadOnly: true },
    { Type: "volume", Source: "cache", Target: "/d", ReadOnly: false },
  ]);
});

test("everything else is sent in the engine's words", () => {
  const { ExposedPorts, HostConfig } = sent({
    run: {
      extraHosts: { db: "10.0.0.1" },
      ports: { "80": 8080, "53/udp": "0.0.0.0:5353", "81": "[::1]:81" },
      ...{ shmSize: "1MiB", ulimits: { nofile: 9, core: { soft: 0, hard: -1 } } },
      tmpfs: { "/scratch": { size: "1MB", exec: true }, "/plain": {} },
      devices: ["/dev/fuse", "/dev/a:/dev/b", "/dev/c:r"],
      ...{ sysctls: { "net.core.somaxconn": "1" }, capAdd: ["NET_ADMIN"] },
    },
    resources: { memory: "1MiB", cpuCount: 0.5, gpuCount: 2 },
  });
  expect(ExposedPorts).toEqual({ "80/tcp": {}, "53/udp": {}, "81/tcp": {} });
  expect(HostConfig).toMatchObject({
    ...{ ExtraHosts: ["db:10.0.0.1"], ShmSize: 1_048_576, CapAdd: ["NET_ADMIN"], CapDrop: ["ALL"] },
    ...{ Memory: 1_048_576, MemorySwap: 1_048_576, NanoCpus: 500_000_000 },
    PortBindings: {
      "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }],
      "53/udp": [{ HostIp: "0.0.0.0", HostPort: "5353" }],
      "81/tcp": [{ HostIp: "::1", HostPort: "81" }],
    },
    Ulimits: [
      { Name: "nofile", Soft: 9, Hard: 9 },
      { Name: "core", Soft: 0, Hard: -1 },
    ],
    Tmpfs: {
      "/scratch": "rw,exec,nosuid,nodev,mode=1777,size=1000000",
      "/plain": "rw,noexec,nosuid,nodev,mode=1777",
    },
    Devices: [
      { PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" },
      { PathOnHost: "/dev/a", PathInContainer: "/dev/b", CgroupPermissions: "rwm" },
      { PathOnHost: "/dev/c", PathInContainer: "/dev/c", CgroupPermissions: "r" },
    ],
    Sysctls: { "net.core.somaxconn": "1" },
    DeviceRequests: [{ Count: 2, Capabilities: [["gpu"]] }],
  });
});
