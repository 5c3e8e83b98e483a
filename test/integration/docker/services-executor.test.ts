import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Dockerode from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { ContainerEngine } from "../../../src/docker/port.ts";
import type { ServiceSettings } from "../../../src/model/index.ts";
import { Admission } from "../../../src/orchestrator/containerized/admission.ts";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { ServicesExecutor } from "../../../src/orchestrator/containerized/services-executor.ts";
import type { StepEnd, StepExecution, StepExecutor } from "../../../src/step-launcher/port.ts";
import { attemptPaths, workspacePaths } from "../../../src/workspace/paths.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { removeLeftovers } from "../../fixtures/leftovers.ts";

const WORKSPACE = `test-${randomUUID()}`;
const docker = new Dockerode();

let engine: ContainerEngine;
let image: string;
let root: string;
beforeAll(async () => {
  engine = await connectEngine();
  image = await ensureBusyboxImage(docker);
  root = await mkdtemp(join(tmpdir(), "stepdock-services-"));
});
afterAll(async () => {
  await removeLeftovers(WORKSPACE);
  await engine[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const leftovers = async () => {
  const labels = { [LABEL.workspace]: WORKSPACE };
  return [...(await engine.containers.list(labels)), ...(await engine.networks.list(labels))];
};

/** What of an attempt services depend on. */
const executionWith = (services: Record<string, ServiceSettings>, memory?: string): StepExecution => {
  const names = { runId: randomUUID(), stepRunId: randomUUID(), invocationId: "use", pipelineName: "p" };
  const paths = attemptPaths(workspacePaths(root), { ...names, attempt: 1 });
  const invocation = { id: "use", settings: { services, ...(memory && { resources: { memory } }) } };
  return { invocation, assignment: names, paths, published: Promise.resolve() } as unknown as StepExecution;
};

const CAPACITY = { memoryBytes: 1e9, cpus: 2 };

const executorOf = (
  execute: StepExecutor["execute"],
  admission = new Admission(CAPACITY),
): ServicesExecutor =>
  new ServicesExecutor(
    { execute, environmentOf: () => expect.unreachable(), [Symbol.asyncDispose]: async () => {} },
    { engine, workspaceId: WORKSPACE, pidsLimit: 100, admission },
  );

const signals = () => ({ signal: new AbortController().signal, killSignal: new AbortController().signal });
const sleeping = (): ServiceSettings => ({ image, command: ["sleep", "600"] });

test("an interruption while a service is awaited ends the wait; the step is not begun, and nothing is left", async () => {
  await using executor = executorOf(() => expect.unreachable("the step was begun"));
  const stop = new AbortController();
  const healthcheck = { command: "false" };
  const ending = executor.execute(executionWith({ db: { ...sleeping(), healthcheck } }), {
    ...signals(),
    signal: stop.signal,
  });
  while ((await leftovers()).length < 2) await new Promise(setImmediate);
  stop.abort();
  const { result, released } = await ending;
  expect(result).toMatchObject({ status: "failed", failure: { kind: "stopped" } });
  await released;
  expect(await leftovers()).toEqual([]);
});

test("services are there until the step's process has ended, though its outcome is known before", async () => {
  const gone = Promise.withResolvers<{ exitCode: number; warnings: string[] }>();
  const networks: (string | undefined)[] = [];
  await using executor = executorOf(async ({ invocation }) => {
    networks.push(invocation.settings.network);
    return { result: { status: "completed" }, released: gone.promise } as unknown as StepEnd;
  });
  const { released } = await executor.execute(
    executionWith({ db: sleeping(), queue: sleeping() }),
    signals(),
  );
  const there = await leftovers();
  expect(there).toHaveLength(3);
  expect(there.map(({ name }) => name)).toContain(networks[0]);
  gone.resolve({ exitCode: 0, warnings: [] });
  expect(await released).toEqual({ exitCode: 0, warnings: [] });
  expect(await leftovers()).toEqual([]);
});

test("an attempt that waits for memory has no services meanwhile", async () => {
  const admission = new Admission(CAPACITY);
  await using executor = executorOf(
    async () => ({ result: { status: "completed" }, released: gone }) as unknown as StepEnd,
    admission,
  );
  const gone = Promise.resolve({ exitCode: 0, warnings: [] });
  const execution = executionWith({ db: sleeping() }, "1GB");
  admission.enter("use", { memoryBytes: 1e8, cpus: 0 });
  admission.enter("other", { memoryBytes: 5e8, cpus: 0 });
  const stop = new AbortController();
  const stopped = executor.execute(execution, { ...signals(), signal: stop.signal });
  stop.abort();
  expect((await stopped).result).toMatchObject({ failure: { kind: "stopped" } });
  expect(existsSync(execution.paths.services)).toBe(false);
  const ending = executor.execute(execution, signals());
  admission.leave("other");
  await (await ending).released;
  expect(existsSync(execution.paths.services)).toBe(true);
});

test("a fault in the middle of a step leaves none of its services, and is told as it is", async () => {
  await using executor = executorOf(() => Promise.reject(new Error("the disk is full")));
  await expect(executor.execute(executionWith({ db: sleeping() }), signals())).rejects.toThrow(
    "the disk is full",
  );
  expect(await leftovers()).toEqual([]);
});

test("a step that fails for want of its service is told how that ended, though nobody here knew of it yet", async () => {
  const failure = { kind: "threw", name: "Error", message: "it is gone", retryable: true };
  await using executor = executorOf(async () => {
    for (const { id, name } of await engine.containers.list({ [LABEL.workspace]: WORKSPACE })) {
      if (name.endsWith("-db")) await docker.getContainer(id).kill();
    }
    return { result: { status: "failed", failure }, released: gone } as unknown as StepEnd;
  });
  const gone = Promise.resolve({ exitCode: 1, warnings: [] });
  const services = { db: sleeping(), queue: sleeping() };
  const { result, released } = await executor.execute(executionWith(services), signals());
  expect(result).toMatchObject({
    failure: {
      message: expect.stringMatching(/^it is gone\nService "db" .* ended with exit code 137 while/),
    },
  });
  expect(JSON.stringify(result)).not.toContain("queue");
  await released;
});

test("a step without services is executed as it is, without a network", async () => {
  await using executor = executorOf(async (given) => ({ given }) as unknown as StepEnd);
  const execution = executionWith({});
  expect(await executor.execute(execution, signals())).toEqual({ given: execution });
});
