import { spawn } from "node:child_process";
import { hash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { OutputSink } from "../../../src/docker/port.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { containers, docker, run, shell, Transcript } from "./container-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

test("a parked container is given its assignment by one line on stdin", async () => {
  const transcript = new Transcript();
  const script = 'echo parked; read line; echo "got $line"';
  await using container = await containers.create(shell(script, { stdin: true }), transcript);
  const started = await container.start();
  await transcript.printed("parked");
  started.stdin?.write('{"step":"train"}\n');
  await expect(started.ended).resolves.toMatchObject({ exitCode: 0 });
  expect(transcript.stdout).toBe('parked\ngot {"step":"train"}\n');
});

test("ending stdin is end-of-file in the container, which runs on", async () => {
  const outcome = await run(shell("cat; echo done", { stdin: true }), "first\nsecond\n");
  expect(outcome).toMatchObject({ exitCode: 0, stdout: "first\nsecond\ndone\n" });
});

test("nothing but what was written is read: no part of the request that attached", async () => {
  const outcome = await run(shell("wc -c", { stdin: true }), Buffer.alloc(0));
  expect(outcome.stdout.trim()).toBe("0");
});

test("8 MB on stdin arrive whole", async () => {
  const input = randomBytes(8 * 2 ** 20);
  const outcome = await run(shell("sha256sum", { stdin: true }), input);
  expect(outcome.stdout).toBe(`${hash("sha256", input)}  -\n`);
});

test("without stdin in the spec there is none, and the container reads end-of-file", async () => {
  await using container = await containers.create(shell("cat; exit 4"), new Transcript());
  const started = await container.start();
  expect(started.stdin).toBeUndefined();
  await expect(started.ended).resolves.toMatchObject({ exitCode: 4 });
});

test("writing to a container that has exited is no error: its exit state says what became of it", async () => {
  await using container = await containers.create(shell("exit 9", { stdin: true }), new Transcript());
  const { stdin, ended } = await container.start();
  await expect(ended).resolves.toMatchObject({ exitCode: 9 });
  for (let index = 0; index < 20; index++) stdin?.write(Buffer.alloc(100_000));
  const finished = stdin && once(stdin, "finish");
  stdin?.end();
  await finished;
});

test("writing after the exit loses nothing of what was printed and is not read yet", async () => {
  const gate = Promise.withResolvers<void>();
  let received = 0;
  const sink: OutputSink = {
    write: (_stream, chunk) => {
      received += chunk.length;
      return gate.promise;
    },
  };
  const spec = shell("head -c 600000 /dev/zero", { stdin: true });
  await using container = await containers.create(spec, sink);
  const { stdin, ended } = await container.start();
  await docker.getContainer(container.id).wait();
  for (let index = 0; index < 20; index++) stdin?.write(Buffer.alloc(100_000));
  const finished = stdin && once(stdin, "finish");
  stdin?.end();
  await finished;
  gate.resolve();
  await ended;
  expect(received).toBe(600_000);
});

test("a container whose orchestrator is killed reads end-of-file on stdin", async () => {
  const orchestrator = spawn(
    process.execPath,
    [fileURLToPath(import.meta.resolve("./parking-orchestrator.ts"))],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [id] = await once(createInterface(orchestrator.stdout), "line");
  const container = docker.getContainer(id);
  try {
    expect((await container.inspect()).State.Running).toBe(true);
    orchestrator.kill("SIGKILL");
    expect(await container.wait()).toMatchObject({ StatusCode: 75 });
  } finally {
    await containers.remove(id);
  }
});
