import { beforeAll, expect, test } from "vitest";
import { ContainerRemovedError } from "../../../src/docker/container-errors.ts";
import { InterruptedError } from "../../../src/docker/interrupted-error.ts";
import type { ContainerSpec, ContainerUsage } from "../../../src/docker/port.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import {
  containers,
  docker,
  type Outcome,
  run,
  shell,
  Transcript,
  uniqueLabels,
} from "./container-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

test("the exit code of the container is told", async () => {
  const { exitCode, oomKilled, error } = await run(shell("exit 42"));
  expect({ exitCode, oomKilled, error }).toEqual({ exitCode: 42, oomKilled: false, error: "" });
});

test("a killed container ends with 137, and killing or stopping it again is success", async () => {
  await using container = await containers.create(shell("sleep 1000"), new Transcript());
  const started = await container.start();
  await started.kill();
  await expect(started.ended).resolves.toMatchObject({ exitCode: 137, oomKilled: false });
  await started.kill();
  await started.stop(1);
});

test("what a container uses is told while it runs, until nobody asks any more", async () => {
  await using container = await containers.create(shell("sleep 1000"), new Transcript());
  const { id } = await container.start();
  const enough = new AbortController();
  const seen: ContainerUsage[] = [];
  const watch = async () => {
    for await (const usage of containers.usage(id, { signal: enough.signal })) {
      seen.push(usage);
      enough.abort();
    }
  };
  await expect(watch()).rejects.toThrow(InterruptedError);
  expect(seen).toEqual([
    { memoryBytes: expect.any(Number), cpuNanoseconds: expect.any(Number), throttledNanoseconds: 0 },
  ]);
  await container[Symbol.asyncDispose]();
  await expect(containers.usage(id)[Symbol.asyncIterator]().next()).rejects.toThrow(/No such container/);
});

test("kill sends the signal it is asked to", async () => {
  const transcript = new Transcript();
  const script = "trap 'exit 7' USR1; echo ready; while :; do sleep 0.1; done";
  await using container = await containers.create(shell(script), transcript);
  const started = await container.start();
  await transcript.printed("ready");
  await started.kill("SIGUSR1");
  await expect(started.ended).resolves.toMatchObject({ exitCode: 7 });
});

test("stop reaches a process without a handler by SIGTERM, where there is an init process", async () => {
  const transcript = new Transcript();
  await using container = await containers.create(shell("echo ready; exec sleep 1000"), transcript);
  const started = await container.start();
  // Before that, the engine's init may not forward signals yet.
  await transcript.printed("ready");
  await started.stop(60);
  await expect(started.ended).resolves.toMatchObject({ exitCode: 143 });
});

test("stop kills what ignores SIGTERM, after its grace", async () => {
  const transcript = new Transcript();
  const script = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
  await using container = await containers.create(shell(script), transcript);
  const started = await container.start();
  await transcript.printed("ready");
  await started.stop(0.5);
  await expect(started.ended).resolves.toMatchObject({ exitCode: 137 });
});

/** A script in the environment, as quoting it inside another would make the outer shell run it. */
const hungry = (script: string) =>
  shell(script, {
    environment: { EAT: "x=$(head -c 200000000 /dev/zero | tr '\\0' a)" },
    memoryBytes: 16 * 2 ** 20,
  });

/** A busy engine misses some of the kernel's kills, each on its own: that it misses three in a row does not happen. */
const runThrice = (spec: ContainerSpec): Promise<Outcome[]> => Promise.all([run(spec), run(spec), run(spec)]);

test("a container over its memory limit is told to be killed for it", async () => {
  const outcomes = await runThrice(hungry('exec sh -c "$EAT"'));
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([137, 137, 137]);
  expect(outcomes.map(({ oomKilled }) => oomKilled)).toContain(true);
});

test("a child killed for memory shows although its parent lives on to exit with 0", async () => {
  const outcomes = await runThrice(hungry('sh -c "$EAT"; exit 0'));
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(outcomes.map(({ oomKilled }) => oomKilled)).toContain(true);
});

test("a container removed by someone else while it runs is an error that names it", async () => {
  await using container = await containers.create(shell("sleep 1000"), new Transcript());
  const started = await container.start();
  await docker.getContainer(container.id).remove({ force: true });
  const failure: unknown = await started.ended.catch((error) => error);
  expect(failure).toBeInstanceOf(ContainerRemovedError);
  expect(failure).toMatchObject({ containerId: container.id, by: "someone_else" });
  expect(String(failure)).toContain(`Container ${container.id.slice(0, 12)} was removed by someone else`);
  await started.stop(1);
});

test("disposal kills what runs, removes it, may be repeated, and tells whoever still waits", async () => {
  const labels = uniqueLabels();
  const container = await containers.create(shell("sleep 1000", { labels }), new Transcript());
  const started = await container.start();
  await Promise.all([container[Symbol.asyncDispose](), container[Symbol.asyncDispose]()]);
  expect(await containers.list(labels)).toEqual([]);
  await container[Symbol.asyncDispose]();
  await expect(started.ended).rejects.toMatchObject({ by: "us" });
});

test("a container that was never started leaves nothing behind", async () => {
  const labels = uniqueLabels();
  {
    await using container = await containers.create(shell("true", { labels, stdin: true }), new Transcript());
    expect(await containers.list(labels)).toMatchObject([{ id: container.id, state: "created" }]);
  }
  expect(await containers.list(labels)).toEqual([]);
});

test("removing takes anonymous volumes along", async () => {
  const mounts = [{ type: "volume", source: "", target: "/data", readOnly: false }] as const;
  const container = await containers.create(shell("true", { mounts }), new Transcript());
  const { Mounts } = await docker.getContainer(container.id).inspect();
  const volume = docker.getVolume(Mounts[0]?.Name ?? "none");
  await volume.inspect();
  await container[Symbol.asyncDispose]();
  await expect(volume.inspect()).rejects.toMatchObject({ statusCode: 404 });
});

test("removing what is gone, or is being removed, is success once it is gone", async () => {
  const labels = uniqueLabels();
  await using container = await containers.create(shell("sleep 1000", { labels }), new Transcript());
  await container.start();
  await Promise.all([1, 2, 3, 4].map(() => containers.remove(container.id)));
  expect(await containers.list(labels)).toEqual([]);
  await containers.remove(container.id);
});

test("a list has the containers that carry all of the labels, with their names", async () => {
  const labels = uniqueLabels();
  const name = `stepdock-test-${labels["dev.stepdock.test-id"]}`;
  await using container = await containers.create(shell("true", { labels, name }), new Transcript());
  const [record, ...others] = await containers.list(labels);
  expect(others).toEqual([]);
  expect(record).toMatchObject({ id: container.id, name, state: "created", labels });
  expect(Date.parse(record?.createdAt ?? "")).toBeGreaterThan(0);
  expect(await containers.list({ ...labels, other: "x" })).toEqual([]);
});

test("a create that is aborted is interrupted, and leaves no container", async () => {
  const labels = uniqueLabels();
  const abort = new AbortController();
  const creating = containers.create(shell("true", { labels }), new Transcript(), { signal: abort.signal });
  abort.abort();
  await expect(creating).rejects.toThrow(InterruptedError);
  expect(await containers.list(labels)).toEqual([]);
});

test("a signal that is aborted after the create does not touch the container", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  await using container = await containers.create(shell("exit 3"), new Transcript(), { signal });
  abort.abort();
  const started = await container.start();
  await expect(started.ended).resolves.toMatchObject({ exitCode: 3 });
});
