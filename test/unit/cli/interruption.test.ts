import { once } from "node:events";
import { expect, test } from "vitest";
import { CommandInterruptedError, interruptible } from "../../../src/cli/interruption.ts";

test("a signal asks what goes on to give up, and is told as an interruption, whatever that throws", async () => {
  const before = process.listenerCount("SIGHUP");
  const working = interruptible(async (signal) => {
    await once(signal, "abort");
    throw new RangeError("half done");
  });
  process.emit("SIGHUP");
  await expect(working).rejects.toBeInstanceOf(CommandInterruptedError);
  expect(process.listenerCount("SIGHUP")).toBe(before);
});

test("without a signal it ends as it ends", async () => {
  await expect(interruptible(() => Promise.reject(new RangeError("too far")))).rejects.toThrow("too far");
  expect(await interruptible(async () => 3)).toBe(3);
});
