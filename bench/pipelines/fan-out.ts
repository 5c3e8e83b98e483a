import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import * as z from "zod";
import { range } from "../range.ts";

const WIDTH = 20;

export const seed = step({
  name: "seed",
  output: z.int(),
  run: async () => {
    await setTimeout(40);
    return 1;
  },
});

export const branch = step({
  name: "branch",
  inputs: { seed: z.int(), number: z.int() },
  output: z.int(),
  run: async ({ seed, number }) => {
    await setTimeout(40);
    return seed + number;
  },
});

export const join = step({
  name: "join",
  inputs: Object.fromEntries(range(1, WIDTH).map((number) => [`branch_${number}`, z.int()])),
  output: z.int(),
  run: async (branches) => {
    await setTimeout(40);
    return Object.values(branches).reduce((a, b) => a + b, 0);
  },
});

/** One step, twenty on it, one on all of them; each takes 40 ms. */
export const fanOut = pipeline({
  name: "bench_fan_out",
  define: () => {
    const begun = seed();
    const branches = range(1, WIDTH).map(
      (number) =>
        [`branch_${number}`, branch.with({ id: `branch_${number}` })({ seed: begun, number })] as const,
    );
    return join(Object.fromEntries(branches));
  },
});
