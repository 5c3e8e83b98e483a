import { setTimeout } from "node:timers/promises";
import { type Pipeline, pipeline, step } from "stepdock";
import * as z from "zod";
import type { Task } from "../workflows/task.ts";

export const work = step({
  name: "work",
  inputs: { milliseconds: z.number(), spin: z.boolean() },
  output: z.number(),
  run: async ({ milliseconds, spin }) => {
    if (!spin) await setTimeout(milliseconds);
    else for (const end = performance.now() + milliseconds; performance.now() < end; );
    return milliseconds;
  },
});

/** One step for each task; it waits, or keeps a core busy, for as long as the task takes. */
export const replayOf = (tasks: readonly Task[], spin: boolean): Pipeline =>
  pipeline({
    name: "bench_replay",
    define: () => {
      for (const { id, parents, milliseconds } of tasks)
        work.with({ id, after: parents })({ milliseconds, spin });
    },
  }) as unknown as Pipeline;
