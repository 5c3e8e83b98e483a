import { expect, test } from "vitest";
import { memoryOutput } from "./support.ts";

test("writing gives a promise once the buffer is full, which resolves when it was drained", async () => {
  const { out, stream } = memoryOutput({ slow: true });
  expect(out.write("small")).toBeUndefined();
  const waiting = out.write("x".repeat(20_000));
  expect(waiting).toBeInstanceOf(Promise);
  while (stream.take());
  await waiting;
  expect(stream.text).toBe(`small${"x".repeat(20_000)}`);
});

test.each(["EPIPE", "EIO"])("after %s writing does nothing, and a waiting writer goes on", async (code) => {
  const { out, stream } = memoryOutput({ slow: true });
  const waiting = out.write("x".repeat(20_000));
  stream.destroy(Object.assign(new Error("gone"), { code }));
  await waiting;
  expect(out.open).toBe(false);
  expect(out.write("y".repeat(20_000))).toBeUndefined();
  await out.flush();
  expect(out.failure).toBeUndefined();
});

test("any other error is kept as the reason why output was lost", async () => {
  const { out, stream } = memoryOutput({ slow: true });
  const waiting = out.write("x".repeat(20_000));
  stream.destroy(Object.assign(new Error("no space left"), { code: "ENOSPC" }));
  await waiting;
  expect(out.failure?.message).toBe("no space left");
});

test("flush resolves after everything before it was taken", async () => {
  const { out, stream } = memoryOutput({ slow: true });
  void out.write("a");
  let flushed = false;
  const flushing = out.flush().then(() => {
    flushed = true;
  });
  await Promise.resolve();
  expect(flushed).toBe(false);
  stream.take();
  stream.take();
  await flushing;
});

test("what is gathered is written in one go, in order with what is written, and at the latest with the next turn", async () => {
  const { out, stream } = memoryOutput();
  for (const text of ["a", "b"]) void out.gather(text);
  expect(stream.text).toBe("");
  void out.write("c");
  expect(stream.text).toBe("abc");
  void out.gather("d");
  await new Promise(setImmediate);
  expect(stream.text).toBe("abcd");
  void out.gather("e");
  await out.flush();
  expect(stream.text).toBe("abcde");
});

test("gathering gives a promise while the reader is behind, and none keeps more than a little", async () => {
  const { out, stream } = memoryOutput({ slow: true });
  let gathered = 0;
  let waiting = out.gather("");
  for (; waiting === undefined && gathered < 1_000_000; gathered += 100)
    waiting = out.gather("x".repeat(100));
  expect(gathered).toBeLessThan(64 * 1024);
  await new Promise(setImmediate);
  while (stream.take());
  await waiting;
  expect(stream.text.length).toBe(gathered);
});
