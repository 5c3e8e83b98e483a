import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import * as z from "zod";
import { range } from "../range.ts";

const LAYERS = 8;
const WIDTH = 4;

export const begin = step({
  name: "begin",
  inputs: { number: z.int() },
  output: z.int(),
  run: async ({ number }) => {
    await setTimeout(40);
    return number;
  },
});

export const rung = step({
  name: "rung",
  inputs: { left: z.int(), right: z.int() },
  output: z.int(),
  run: async ({ left, right }) => {
    await setTimeout(40);
    return left + right;
  },
});

const first = () => range(1, WIDTH).map((number) => begin.with({ id: `l1_${number}` })({ number }));

const next = (before: ReturnType<typeof first>, layer: number): ReturnType<typeof first> =>
  before.map((left, index) => {
    const right = before[(index + 1) % WIDTH] ?? left;
    return rung.with({ id: `l${layer}_${index + 1}` })({ left, right });
  });

/** Eight layers of four steps of 40 ms, each on two of the layer before. */
export const ladder = pipeline({
  name: "bench_ladder",
  define: () => {
    range(2, LAYERS).reduce(next, first());
  },
});
