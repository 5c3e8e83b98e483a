import { expect, test } from "vitest";
import { InterruptedError } from "../../../src/docker/interrupted-error.ts";
import { SharedWork } from "../../../src/image-builder/shared-work.ts";

/** Work that counts how often it began, and ends when it is told to. */
const counted = () => {
  const runs: PromiseWithResolvers<number>[] = [];
  const work = (): Promise<number> => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  };
  return { runs, work };
};

const options = { keep: false, subject: "a thing" };

test("work that is asked for at once is done once, and again later unless kept", async () => {
  for (const [keep, begun] of [
    [false, 2],
    [true, 1],
  ] as const) {
    const shared = new SharedWork<number>({ ...options, keep });
    const { runs, work } = counted();
    const both = Promise.all([shared.do("a", work), shared.do("a", work)]);
    await expect.poll(() => runs.length).toBe(1);
    runs[0]?.resolve(1);
    expect(await both).toEqual([1, 1]);
    const later = shared.do("a", work);
    await Promise.resolve();
    runs[1]?.resolve(2);
    expect(await later).toBe(begun);
    expect(runs).toHaveLength(begun);
  }
});

test("work under another key is other work", async () => {
  const shared = new SharedWork<string>(options);
  const done = await Promise.all(["a", "b"].map((key) => shared.do(key, async () => key)));
  expect(done).toEqual(["a", "b"]);
});

test("a failure reaches all who wait, and is not kept", async () => {
  const shared = new SharedWork<number>({ ...options, keep: true });
  const fail = async () => {
    throw new Error("sad");
  };
  const both = await Promise.allSettled([shared.do("a", fail), shared.do("a", fail)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await shared.do("a", async () => 1)).toBe(1);
});

test("who joined takes over when the one who began is interrupted", async () => {
  const shared = new SharedWork<number>(options);
  const { runs, work } = counted();
  const first = shared.do("a", work);
  const second = shared.do("a", async () => 2);
  await expect.poll(() => runs.length).toBe(1);
  runs[0]?.reject(new InterruptedError("build image", "x"));
  await expect(first).rejects.toThrow(InterruptedError);
  expect(await second).toBe(2);
});

test("who joined and is interrupted waits no longer, and the work goes on", async () => {
  const shared = new SharedWork<number>(options);
  const { runs, work } = counted();
  const first = shared.do("a", work);
  const aborter = new AbortController();
  const second = shared.do("a", work, aborter.signal);
  aborter.abort();
  await expect(second).rejects.toThrow("Interrupted before Docker could prepare a thing.");
  runs[0]?.resolve(1);
  expect(await first).toBe(1);
  expect(runs).toHaveLength(1);
});
