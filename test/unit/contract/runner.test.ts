import { expect, test } from "vitest";
import { startRunner, type Wanted } from "../../../src/contract/runner.ts";

test("a runner that ended by itself is an error for whoever asks it, and keeps nobody waiting at the end", async () => {
  const runner = startRunner();
  // No request: the process ends of it.
  const strange = { toJSON: () => undefined } as unknown as Wanted;
  await expect(runner.run(strange)).rejects.toThrow("the runner has ended");
  await expect(runner.run(strange)).rejects.toThrow("the runner has ended");
  await runner[Symbol.asyncDispose]();
});
