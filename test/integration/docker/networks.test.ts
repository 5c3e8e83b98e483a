import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Dockerode from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { ContainerEngine, ContainerHealth, ContainerSpec } from "../../../src/docker/port.ts";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { reapOrphans } from "../../../src/orchestrator/containerized/reap-orphans.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";

const WORKSPACE = { [LABEL.workspace]: `test-${randomUUID()}` };
const NOWHERE = { write: () => {} };

let engine: ContainerEngine;
let image: string;
beforeAll(async () => {
  engine = await connectEngine();
  image = await ensureBusyboxImage(new Dockerode());
});
afterAll(async () => {
  for (const { id } of await engine.containers.list(WORKSPACE)) await engine.containers.remove(id);
  for (const { id } of await engine.networks.list(WORKSPACE)) await engine.networks.remove(id);
  await engine[Symbol.asyncDispose]();
});

const network = (runId: string, internal = true) =>
  engine.networks.create({
    name: `stepdock-test-${randomUUID()}`,
    labels: { ...WORKSPACE, [LABEL.runId]: runId },
    internal,
  });

const sleeper = (more: Partial<ContainerSpec>): ContainerSpec => ({
  ...{ image, command: ["sleep", "600"], environment: {}, labels: WORKSPACE, mounts: [], tmpfs: {} },
  ...{ network: "none", readOnlyRoot: true, init: true, noNewPrivileges: true, stdin: false },
  ...{ capabilitiesDropped: ["ALL"] },
  ...more,
});

/** Looks until the engine has an answer. */
const settledHealth = async (id: string): Promise<ContainerHealth> => {
  for (;;) {
    const health = await engine.containers.health(id);
    if (health.status !== "starting") return health;
  }
};

test("what runs for a run whose orchestrator is dead is removed with its network; what is the asker's own stays", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "stepdock-runs-"));
  const runs = directory.path;
  const [dead, own] = [await network("dead"), await network("own")];
  const labels = { ...WORKSPACE, [LABEL.runId]: "dead" };
  const created = await engine.containers.create(sleeper({ network: dead.name, labels }), NOWHERE);
  await created.start();
  const options = { engine, workspaceId: WORKSPACE[LABEL.workspace] ?? "", runs, ownRunId: "own" };
  expect(await reapOrphans({ ...options, elsewhere: new Set(["dead"]) })).toEqual([]);
  expect(await reapOrphans(options)).toEqual(["dead"]);
  expect(await engine.containers.list(WORKSPACE)).toEqual([]);
  expect((await engine.networks.list(WORKSPACE)).map(({ id }) => id)).toEqual([own.id]);
  expect(await reapOrphans(options)).toEqual([]);
  await engine.networks.remove(own.id);
  await engine.networks.remove(own.id);
});

/** What a container in the network is told by whoever listens at its gateway, which is the engine's host. */
const heardFromHost = async (internal: boolean, port: number): Promise<string> => {
  const { name } = await network("private", internal);
  const output: Buffer[] = [];
  const script = `nc -w 60 $(ip route | sed -n "s/default via \\([0-9.]*\\).*/\\1/p") ${port} </dev/null`;
  const sink = { write: (_: string, chunk: Buffer) => void output.push(chunk) };
  const spec = sleeper({ network: name, command: ["sh", "-c", script] });
  await using asking = await engine.containers.create(spec, sink);
  await (await asking.start()).ended;
  return Buffer.concat(output).toString();
};

test("a private network does not reach even the engine's host, which another network does", async () => {
  await using server = createServer((socket) => socket.end("hello")).listen(0, "0.0.0.0");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(await heardFromHost(false, port)).toBe("hello");
  expect(await heardFromHost(true, port)).not.toContain("hello");
});

test("the health of a container is what its check says, and none where it has no check", async () => {
  const check = (line: string) => ({ test: ["CMD-SHELL", line], intervalSeconds: 0.1, retries: 1 });
  const healthOf = async (spec: ContainerSpec) => {
    await using created = await engine.containers.create(spec, NOWHERE);
    await created.start();
    return await settledHealth(created.id);
  };
  const [well, ill, unknown] = await Promise.all([
    healthOf(sleeper({ healthcheck: check("true") })),
    healthOf(sleeper({ healthcheck: check("echo too full; false") })),
    healthOf(sleeper({})),
  ]);
  expect(well).toMatchObject({ status: "healthy", running: true });
  expect(ill).toEqual({ status: "unhealthy", running: true, output: "too full" });
  expect(unknown).toEqual({ status: "none", running: true, output: "" });
});
