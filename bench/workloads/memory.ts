import { runChild } from "../measure/process.ts";
import { type Row, rowOf } from "../measure/row.ts";
import { range } from "../range.ts";
import type { Bench, Workload } from "./workload.ts";

interface Used {
  readonly milliseconds: number;
  readonly peak: number;
  readonly end: number;
}

/** In a process of its own that has nothing else in it; the code of the step was bundled by another. Linux only. */
const rows = async ({ workshop, workspace, longRuns, smoke }: Bench): Promise<Row[]> => {
  const count = smoke ? 10 : 1000;
  const run = (steps: number) =>
    runChild<Used>("many-steps", [workspace.root, steps], { signal: workshop.signal });
  await run(1);
  const used: Used[] = [];
  for (const _ of range(1, longRuns)) used.push(await run(count));
  const work = `${count.toLocaleString("en")} no-op steps, each in its container`;
  const seconds = used.map(({ milliseconds }) => Math.round(milliseconds / 1000)).join(", ");
  return [
    rowOf({
      ...{ work, figure: "memory of the orchestrator at the end", unit: "MB", bound: 150 },
      ...{ samples: used.map(({ end }) => end), note: `${seconds} s` },
    }),
    rowOf({
      ...{ work, figure: "memory of the orchestrator: peak", unit: "MB" },
      samples: used.map(({ peak }) => peak),
    }),
  ];
};

export const memoryWorkload: Workload = { name: "memory", rows };
