import { expect, test } from "vitest";
import type { ContainerEngine, ContainerUsage, ExitState } from "../../../src/docker/port.ts";
import { commandEnd } from "../../../src/orchestrator/containerized/command-end.ts";

const EXIT: ExitState = { exitCode: 3, oomKilled: false, error: "", ranSeconds: 2.5004 };

/** An engine with control groups of version 2, or with stats that fail: neither can be had of the one that tests use. */
const engineWith = (usage: () => AsyncIterable<ContainerUsage>) =>
  ({ containers: { usage } }) as unknown as ContainerEngine;

test("the highest memory and the last of what only grows are kept", async () => {
  const exited = Promise.withResolvers<ExitState>();
  const engine = engineWith(async function* () {
    yield { memoryBytes: 10, cpuNanoseconds: 1e6, throttledNanoseconds: 0 };
    yield { memoryBytes: 30, cpuNanoseconds: 2e6, throttledNanoseconds: 5e8 };
    yield { memoryBytes: 20, cpuNanoseconds: 1_234_567_890, throttledNanoseconds: 6e8 };
    exited.resolve(EXIT);
  });
  expect(await commandEnd(engine, { id: "c", ended: exited.promise })).toEqual({
    exit: EXIT,
    usage: { peakMemoryBytes: 30, cpuSeconds: 1.235, throttledSeconds: 0.6, wallSeconds: 2.5 },
  });
});

test("where nothing can be told, nothing is, and the end is what it is", async () => {
  const exited = Promise.withResolvers<ExitState>();
  const engine = engineWith(async function* () {
    queueMicrotask(() => exited.resolve(EXIT));
    throw new Error("no stats here");
  });
  const end = await commandEnd(engine, { id: "c", ended: exited.promise });
  expect(end).toEqual({ exit: EXIT, usage: { wallSeconds: 2.5 } });
});

test("samples that never come hold nobody up, and are asked for no longer than it runs", async () => {
  let signalled: AbortSignal | undefined;
  const usage = (_: string, { signal }: { signal: AbortSignal }) => {
    signalled = signal;
    return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
  };
  const engine = { containers: { usage } } as unknown as ContainerEngine;
  const { ranSeconds: _, ...plain } = EXIT;
  const end = await commandEnd(engine, { id: "c", ended: Promise.resolve(plain) });
  expect(end.usage.wallSeconds).toBeGreaterThanOrEqual(0);
  expect(Object.keys(end.usage)).toEqual(["wallSeconds"]);
  expect(signalled?.aborted).toBe(true);
  const lost = new Error("engine is gone");
  await expect(commandEnd(engine, { id: "c", ended: Promise.reject(lost) })).rejects.toBe(lost);
  expect(signalled?.aborted).toBe(true);
});
