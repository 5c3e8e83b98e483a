import { expect, test } from "vitest";
import type { Invocation, StepRun } from "../../../src/model/index.ts";
import { withGrantedMemory } from "../../../src/step-launcher/granted-memory.ts";

const invocation = (memory?: string, memoryFactor?: number) =>
  ({
    id: "greedy",
    settings: { resources: { cpuCount: 1, ...(memory ? { memory } : {}) }, network: "none" },
    retry: { maxRetries: 5, ...(memoryFactor ? { memoryFactor } : {}) },
  }) as unknown as Invocation;

const ended = (attempt: number, kind: string, invocationId = "greedy") =>
  ({ invocationId, attempt, failure: { kind } }) as unknown as StepRun;

const granted = async (step: Invocation, attempt: number, attempts: readonly StepRun[]) => {
  const context = { run: { id: "r" }, metadata: { listStepRuns: async () => attempts } };
  return (await withGrantedMemory(context as never, step, attempt)).settings;
};

test("each earlier attempt that ran out of memory multiplies the limit, and no other does", async () => {
  const attempts = [
    ended(1, "out_of_memory"),
    ended(2, "threw"),
    ended(3, "out_of_memory"),
    ended(4, "out_of_memory"),
    ended(1, "out_of_memory", "another"),
  ];
  const of = async (attempt: number) =>
    (await granted(invocation("100MB", 1.5), attempt, attempts)).resources?.memory;
  expect([await of(1), await of(2), await of(3), await of(4)]).toEqual(["100MB", "150MB", "150MB", "225MB"]);
});

test("the unit stays, and so does every other setting", async () => {
  const attempts = [ended(1, "out_of_memory")];
  expect(await granted(invocation("0.1 GiB", 3), 2, attempts)).toEqual({
    resources: { cpuCount: 1, memory: "0.3 GiB" },
    network: "none",
  });
});

test.each([invocation("100MB"), invocation(undefined, 2)])(
  "nothing is granted without limit or factor",
  async (step) => {
    expect(await granted(step, 2, [ended(1, "out_of_memory")])).toBe(step.settings);
  },
);
