import { randomBytes } from "node:crypto";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Dockerode from "dockerode";
import { beforeAll, expect, test } from "vitest";
import { createContainerClient } from "../../../src/docker/container-client.ts";
import { ContainerNotStartedError, ContainerRemovedError } from "../../../src/docker/container-errors.ts";
import { InterruptedError } from "../../../src/docker/interrupted-error.ts";
import type { AdoptedContainer, ContainerSpec, OutputSink, StreamName } from "../../../src/docker/port.ts";
import { DockerRequestError } from "../../../src/docker/request-error.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { containers, docker, shell, Transcript, uniqueLabels } from "./container-support.ts";
import { EngineProxy } from "./cuttable-proxy.ts";

beforeAll(() => ensureBusyboxImage(docker));

/** Makes a container, for another to adopt. */
const begin = async (
  spec: ContainerSpec,
  transcript = new Transcript(),
): Promise<{ id: string } & AsyncDisposable> => {
  const container = await containers.create(spec, transcript);
  await container.start();
  return container;
};

const adopt = async (id: string, sink: OutputSink): Promise<AdoptedContainer> => {
  const container = await containers.adopt(id, sink);
  if (container === undefined) throw new Error(`there is no container ${id}`);
  return container;
};

class Bytes implements OutputSink {
  readonly #chunks: Record<StreamName, Buffer[]> = { stdout: [], stderr: [] };

  write(stream: StreamName, chunk: Buffer): void {
    this.#chunks[stream].push(Buffer.from(chunk));
  }

  of(stream: StreamName): Buffer {
    return Buffer.concat(this.#chunks[stream]);
  }
}

const FILES = ["bytes", "long", "random"] as const;

/** Prints each of the files on both streams, and stops in the middle until `/gate/open` exists. */
const PRINT = `both() { cat /gate/$1; cat /gate/$1 >&2; }
both bytes; cat /gate/long; echo half; until [ -e /gate/open ]; do sleep 0.02; done
seq 1 50000; seq 1 50000 >&2; both random; printf 'no newline'`;

test("what is printed before and after the adoption is whole: many lines, long ones, any bytes, no last newline", async () => {
  await using gate = await mkdtempDisposable(join(tmpdir(), "stepdock-adoption-"));
  const contents = {
    bytes: Buffer.from([0xff, 0, 0x80, 0x0a, 0x0d, 0x0a, 0x0a]),
    long: Buffer.concat(
      [20_000_000, 16_384, 16_385, 32_768].map((size) => Buffer.from(`${"a".repeat(size)}\n`)),
    ),
    random: randomBytes(3_000_000),
  };
  for (const name of FILES) await writeFile(join(gate.path, name), contents[name]);
  const mounts = [{ type: "bind", source: gate.path, target: "/gate", readOnly: true }] as const;
  await using maker = await begin(shell(PRINT, { mounts }));
  const bytes = new Bytes();
  await using container = await adopt(maker.id, bytes);
  expect(container).toMatchObject({ id: maker.id, state: "running" });
  await writeFile(join(gate.path, "open"), "");
  expect(await container.ended).toMatchObject({ exitCode: 0 });
  const lines = Array.from({ length: 50_000 }, (_, index) => `${index + 1}\n`).join("");
  const { bytes: first, long, random } = contents;
  const [seq, end] = [Buffer.from(lines), Buffer.from("no newline")];
  const stdout = Buffer.concat([first, long, Buffer.from("half\n"), seq, random, end]);
  const stderr = Buffer.concat([first, seq, random]);
  expect(bytes.of("stdout").equals(stdout)).toBe(true);
  expect(bytes.of("stderr").equals(stderr)).toBe(true);
  const again = new Bytes();
  await (await adopt(maker.id, again)).ended;
  expect(again.of("stdout").equals(stdout)).toBe(true);
  expect(again.of("stderr").equals(stderr)).toBe(true);
});

test("what is printed while it runs is given as it comes", async () => {
  await using gate = await mkdtempDisposable(join(tmpdir(), "stepdock-adoption-"));
  const mounts = [{ type: "bind", source: gate.path, target: "/gate", readOnly: true }] as const;
  const script = "echo up; until [ -e /gate/open ]; do sleep 0.02; done; echo on; sleep 1000";
  await using maker = await begin(shell(script, { mounts }));
  const transcript = new Transcript();
  await using container = await adopt(maker.id, transcript);
  await transcript.printed("up\n");
  await writeFile(join(gate.path, "open"), "");
  await transcript.printed("up\non\n");
  await container.kill();
  expect(await container.ended).toMatchObject({ exitCode: 137 });
  expect(transcript.stdout).toBe("up\non\n");
});

test("the last words of 20 containers are not lost, though a followed log may end before them", async () => {
  const lanes = Array.from({ length: 20 }, (_, index) => index).values();
  const worker = async (): Promise<void> => {
    for (const number of lanes) {
      await using maker = await begin(
        shell(`echo first; sleep 0.${number % 4}; seq 1 ${number}; printf last`),
      );
      const transcript = new Transcript();
      await using container = await adopt(maker.id, transcript);
      await container.ended;
      const lines = Array.from({ length: number }, (_, index) => `${index + 1}\n`).join("");
      expect(transcript.stdout).toBe(`first\n${lines}last`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
});

test("how a container ended before its adoption is told", async () => {
  await using maker = await begin(shell("exit 9"));
  await docker.getContainer(maker.id).wait();
  const container = await adopt(maker.id, new Transcript());
  expect(container.state).toBe("exited");
  expect(await container.ended).toMatchObject({ exitCode: 9, oomKilled: false });
  await container.stop(1);
  await container.kill();
});

test("disposal kills what runs, removes it, may be repeated, and tells whoever still waits", async () => {
  const labels = uniqueLabels();
  await using maker = await begin(shell("sleep 1000", { labels }));
  const container = await adopt(maker.id, new Transcript());
  await Promise.all([container[Symbol.asyncDispose](), container[Symbol.asyncDispose]()]);
  expect(await containers.list(labels)).toEqual([]);
  await expect(container.ended).rejects.toMatchObject({ by: "us" });
});

test("a container that does not exist is none", async () => {
  expect(await containers.adopt("0".repeat(64), new Transcript())).toBeUndefined();
});

test("a container that was never started has no end, and can be removed", async () => {
  const labels = uniqueLabels();
  await using maker = await containers.create(shell("true", { labels }), new Transcript());
  {
    await using container = await adopt(maker.id, new Transcript());
    expect(container.state).toBe("created");
    await expect(container.ended).rejects.toThrow(ContainerNotStartedError);
    await container.stop(1);
  }
  expect(await containers.list(labels)).toEqual([]);
});

test("a container that could not start says why", async () => {
  await using maker = await containers.create(
    shell("", { command: ["absent"], init: false }),
    new Transcript(),
  );
  await expect(maker.start()).rejects.toThrow();
  await using container = await adopt(maker.id, new Transcript());
  await expect(container.ended).rejects.toThrow(/could not start \(.*"absent".*\), so it has no end/);
});

test("a paused container is adopted, and ends when it is stopped", async () => {
  const printed = new Transcript();
  await using maker = await begin(shell("echo up; exec sleep 1000"), printed);
  await printed.printed("up");
  await docker.getContainer(maker.id).pause();
  const transcript = new Transcript();
  await using container = await adopt(maker.id, transcript);
  expect(container.state).toBe("paused");
  await container.kill();
  expect(await container.ended).toMatchObject({ exitCode: 137 });
  expect(transcript.stdout).toBe("up\n");
});

test("an engine that goes away is told as such, and the container can be adopted again", async () => {
  await using maker = await begin(shell("echo up; sleep 1000"));
  await using proxy = await new EngineProxy().listen();
  const client = createContainerClient(new Dockerode({ socketPath: proxy.socketPath }));
  const transcript = new Transcript();
  const first = await client.adopt(maker.id, transcript);
  await transcript.printed("up");
  proxy.cut();
  const failure: unknown = await first?.ended.catch((error) => error);
  expect(failure).toBeInstanceOf(DockerRequestError);
  expect(String(failure)).toContain(`${maker.id}: the connection to the engine was lost while it ran`);
  await using second = await adopt(maker.id, new Transcript());
  await second.kill();
  expect(await second.ended).toMatchObject({ exitCode: 137 });
});

test("a container removed by someone else while it is followed is an error that names it", async () => {
  await using maker = await begin(shell("sleep 1000"));
  await using container = await adopt(maker.id, new Transcript());
  await docker.getContainer(maker.id).remove({ force: true });
  const failure: unknown = await container.ended.catch((error) => error);
  expect(failure).toBeInstanceOf(ContainerRemovedError);
  expect(failure).toMatchObject({ by: "someone_else" });
});

test("what the sink rejects with is what `ended` rejects with", async () => {
  const full = new Error("disk full");
  await using maker = await begin(shell("echo x; sleep 1000"));
  await using container = await adopt(maker.id, { write: () => Promise.reject(full) });
  await expect(container.ended).rejects.toBe(full);
});

test("an adoption that is aborted is interrupted, and leaves the container as it was", async () => {
  const labels = uniqueLabels();
  await using maker = await begin(shell("sleep 1000", { labels }));
  const abort = new AbortController();
  const adopting = containers.adopt(maker.id, new Transcript(), { signal: abort.signal });
  abort.abort();
  await expect(adopting).rejects.toThrow(InterruptedError);
  expect(await containers.list(labels)).toMatchObject([{ id: maker.id, state: "running" }]);
});
