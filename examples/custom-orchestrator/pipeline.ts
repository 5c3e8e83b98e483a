import { pipeline, step } from "stepdock";
import * as z from "zod";

/** A number, and how many steps its Collatz sequence takes to come down to 1. */
const Longest = z.object({ start: z.int(), steps: z.int() });

export const search = step({
  name: "search",
  inputs: { from: z.int().positive(), to: z.int().positive() },
  output: Longest,
  run: ({ from, to }, { log }) => {
    let longest = { start: from, steps: 0 };
    for (let start = from; start < to; start += 1) {
      let steps = 0;
      for (let n = start; n !== 1; n = n % 2 === 0 ? n / 2 : 3 * n + 1) steps += 1;
      if (steps > longest.steps) longest = { start, steps };
    }
    log.info(`from ${from} to ${to}: ${longest.start} takes ${longest.steps} steps`);
    return longest;
  },
});

export const compare = step({
  name: "compare",
  inputs: { low: Longest, high: Longest },
  output: Longest,
  run: ({ low, high }) => (high.steps > low.steps ? high : low),
});

/** Which number below `limit` takes the most steps? Something that takes its time, and more of it as you like. */
export const collatz = pipeline({
  name: "collatz",
  parameters: { limit: z.int().min(4).default(3_000_000) },
  define: ({ limit }) => {
    const middle = Math.ceil(limit / 2);
    return compare({ low: search({ from: 1, to: middle }), high: search({ from: middle, to: limit }) });
  },
});
