import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import * as z from "zod";
import { range } from "../range.ts";

export const hop = step({
  name: "hop",
  inputs: { count: z.int() },
  output: z.int(),
  run: async ({ count }) => {
    await setTimeout(40);
    return count + 1;
  },
});

/** Ten steps of 40 ms, each on the one before. */
export const chain = pipeline({
  name: "bench_chain",
  define: () => {
    const first = hop.with({ id: "hop_1" })({ count: 0 });
    return range(2, 10).reduce((count, n) => hop.with({ id: `hop_${n}` })({ count }), first);
  },
});
