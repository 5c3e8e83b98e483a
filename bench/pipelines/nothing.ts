import { type Pipeline, pipeline, step } from "stepdock";
import { range } from "../range.ts";

export const nothing = step({ name: "nothing", run: () => {} });

/** As many steps as are asked for; none does anything, or waits for another. */
export const nothings = (count: number): Pipeline =>
  pipeline({
    name: "bench_nothing",
    define: () => {
      for (const number of range(1, count)) nothing.with({ id: `nothing_${number}` })();
    },
  }) as unknown as Pipeline;
