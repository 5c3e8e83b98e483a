import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, expect, test } from "vitest";
import type { OutputSink } from "../../../src/docker/port.ts";
import { readLog } from "../../../src/logging/log-reader.ts";
import { recordBytes } from "../../../src/logging/log-record.ts";
import { openStepLog } from "../../../src/logging/step-log.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { containers, docker, run, shell } from "./container-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

test("no line is lost in 50 containers that exit as soon as they have printed", {
  timeout: 120_000,
}, async () => {
  const numbers = Array.from({ length: 50 }, (_, index) => index);
  const lanes = numbers.values();
  const worker = async (): Promise<void> => {
    for (const number of lanes) {
      const { stdout, stderr } = await run(shell(`echo out ${number}; echo err ${number} >&2`));
      expect({ stdout, stderr }).toEqual({ stdout: `out ${number}\n`, stderr: `err ${number}\n` });
    }
  };
  await Promise.all(Array.from({ length: 5 }, worker));
});

test("a burst of 200,000 lines arrives complete and in order, on both streams", async () => {
  const outcome = await run(shell("seq 1 200000; seq 1 200000 >&2"));
  const lines = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join("");
  expect(outcome.stdout === lines).toBe(true);
  expect(outcome.stderr === lines).toBe(true);
});

test("bytes that are no UTF-8 arrive as they are", async () => {
  const bytes: Buffer[] = [];
  const sink: OutputSink = { write: (_stream, chunk) => void bytes.push(chunk) };
  await using container = await containers.create(shell("printf '\\377\\000\\200x'"), sink);
  await (await container.start()).ended;
  expect(Buffer.concat(bytes)).toEqual(Buffer.from([0xff, 0, 0x80, 0x78]));
});

const PRINTED = 64_000_000;

test("a log of 64 MB is whole on file, and little of it is in memory at any time", {
  timeout: 120_000,
}, async () => {
  const gc = exposedGc();
  const held = (): number => {
    gc();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return arrayBuffers + heapUsed;
  };
  await using folder = await mkdtempDisposable(join(tmpdir(), "stepdock-output-"));
  const path = join(folder.path, "log.ndjson");
  let most = 0;
  let writes = 0;
  const before = held();
  {
    await using log = await openStepLog({ path });
    const sink: OutputSink = {
      write: (stream, chunk) => {
        if (writes++ % 100 === 0) most = Math.max(most, held());
        return log.write(stream, chunk);
      },
    };
    const line = "epoch 1 of 3: loss 0.125, 1,234 items a second, and so on and so on";
    await using container = await containers.create(shell(`yes '${line}' | head -c ${PRINTED}`), sink);
    await (await container.start()).ended;
  }
  let bytes = 0;
  for await (const record of readLog(path)) bytes += recordBytes(record).length;
  expect(bytes).toBe(PRINTED);
  console.log(`at most ${(most - before) / 1e6} MB of ${PRINTED / 1e6} MB in memory`);
  expect(most - before).toBeLessThan(16_000_000);
});

test("a line of 20 MB goes through in bounded memory when the sink is slow", {
  timeout: 120_000,
}, async () => {
  const gc = exposedGc();
  const held = (): number => process.memoryUsage().arrayBuffers;
  let received = 0;
  let writes = 0;
  let most = 0;
  const sink: OutputSink = {
    async write(_stream, chunk) {
      received += chunk.length;
      await setImmediate();
      if (writes++ % 20 > 0) return;
      gc();
      most = Math.max(most, held());
    },
  };
  gc();
  const before = held();
  await using container = await containers.create(shell("head -c 20000000 /dev/zero | tr '\\0' a"), sink);
  await (await container.start()).ended;
  expect(received).toBe(20_000_000);
  expect(most - before).toBeLessThan(1_000_000);
});

const exposedGc = (): (() => void) => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
};

test("a container whose streams are closed early is followed to its exit all the same", async () => {
  const outcome = await run(shell("exec >/dev/null 2>&1; sleep 0.2; exit 5", { init: false }));
  expect(outcome).toMatchObject({ exitCode: 5, stdout: "", stderr: "" });
});

test("what the sink rejects with is what `ended` rejects with", async () => {
  const full = new Error("disk full");
  await using container = await containers.create(shell("echo x; sleep 1000"), {
    write: () => Promise.reject(full),
  });
  const started = await container.start();
  await expect(started.ended).rejects.toBe(full);
});
