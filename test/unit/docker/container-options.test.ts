import { expect, test } from "vitest";
import { createOptions } from "../../../src/docker/container-options.ts";
import type { ContainerSpec } from "../../../src/docker/port.ts";

const spec: ContainerSpec = {
  image: "stepdock-test/busybox:latest",
  command: ["-c", "true"],
  environment: { A: "1", B: "x=y" },
  labels: { "dev.stepdock.test": "1" },
  mounts: [{ type: "bind", source: "/host", target: "/container", readOnly: true }],
  network: "none",
  readOnlyRoot: true,
  tmpfs: { "/tmp": "rw,exec" },
  init: true,
  capabilitiesDropped: ["ALL"],
  noNewPrivileges: true,
  stdin: false,
};

test("mounts are sent as Mounts, never as Binds, which would create missing paths", () => {
  const { HostConfig } = createOptions(spec);
  expect(HostConfig?.Mounts).toEqual([
    { Type: "bind", Source: "/host", Target: "/container", ReadOnly: true },
  ]);
  expect(HostConfig).not.toHaveProperty("Binds");
});

test("where there is no network, a hosts file spares the engine to set one up", () => {
  const { NetworkDisabled, HostConfig } = createOptions({ ...spec, hostsFile: "/host/hosts" });
  expect(NetworkDisabled).toBe(true);
  expect(HostConfig?.Mounts?.at(-1)).toEqual({
    ...{ Type: "bind", Source: "/host/hosts", Target: "/etc/hosts", ReadOnly: true },
  });
});

test.each([{}, { network: "bridge", hostsFile: "/host/hosts" }])(
  "else the engine sets one up: %o",
  (given) => {
    const sent = createOptions({ ...spec, ...given });
    expect(sent).not.toHaveProperty("NetworkDisabled");
    expect(sent.HostConfig?.Mounts).toHaveLength(1);
  },
);

test("a memory limit leaves no swap", () => {
  const { HostConfig } = createOptions({ ...spec, memoryBytes: 64 * 2 ** 20 });
  expect(HostConfig).toMatchObject({ Memory: 67_108_864, MemorySwap: 67_108_864 });
});

test("without limits none are sent", () => {
  const sent = JSON.parse(JSON.stringify(createOptions(spec)));
  for (const name of ["Memory", "MemorySwap", "NanoCpus", "PidsLimit"])
    expect(sent.HostConfig).not.toHaveProperty(name);
});

test("cpus are sent in billionths, whole ones", () => {
  expect(createOptions({ ...spec, cpus: 0.1 + 0.2 }).HostConfig?.NanoCpus).toBe(300_000_000);
});

test("the sandbox of the spec is the sandbox that is sent", () => {
  expect(createOptions({ ...spec, pidsLimit: 100 }).HostConfig).toMatchObject({
    Init: true,
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    PidsLimit: 100,
    NetworkMode: "none",
    Tmpfs: { "/tmp": "rw,exec" },
  });
  expect(createOptions({ ...spec, noNewPrivileges: false }).HostConfig?.SecurityOpt).toEqual([]);
});

test("the engine never removes the container by itself, nor gives it a terminal", () => {
  const sent = createOptions(spec);
  expect(sent.Tty).toBe(false);
  expect(sent.HostConfig).not.toHaveProperty("AutoRemove");
});

test("stdin is open, for one writer, only where the spec asks for it", () => {
  const open = { AttachStdin: true, OpenStdin: true, StdinOnce: true };
  expect(createOptions({ ...spec, stdin: true })).toMatchObject(open);
  expect(createOptions(spec)).toMatchObject({ AttachStdin: false, OpenStdin: false, StdinOnce: false });
});

test("the image's entrypoint, user and folder stay where the spec names none", () => {
  const sent = JSON.parse(JSON.stringify(createOptions(spec)));
  for (const name of ["Entrypoint", "User", "WorkingDir", "StopTimeout"])
    expect(sent).not.toHaveProperty(name);
  expect(
    createOptions({ ...spec, entrypoint: ["node"], user: "1:2", workdir: "/w", stopTimeoutSeconds: 3 }),
  ).toMatchObject({ Entrypoint: ["node"], User: "1:2", WorkingDir: "/w", StopTimeout: 3 });
});

test("values of the environment may contain an equals sign", () => {
  expect(createOptions(spec).Env).toEqual(["A=1", "B=x=y"]);
});

test("the log is of the driver that keeps bytes as they are, with a size of its own", () => {
  const { LogConfig } = createOptions(spec).HostConfig ?? {};
  expect(LogConfig).toEqual({
    Type: "local",
    Config: { "max-size": "1g", "max-file": "1", compress: "false" },
  });
});
