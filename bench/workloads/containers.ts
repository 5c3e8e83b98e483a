import { interleave, timed } from "../measure/interleave.ts";
import { type Row, ratioRow } from "../measure/row.ts";
import { chain } from "../pipelines/chain.ts";
import { runRaw } from "../raw-lifecycle.ts";
import { recordSteps } from "../record-steps.ts";
import { type BenchPipeline, runAll } from "../stepdock-run.ts";
import type { Bench, Workload } from "./workload.ts";

interface Shape {
  readonly work: string;
  readonly pipeline: BenchPipeline;
  readonly concurrency: number;
  readonly bound: number;
}

/** The same containers by stepdock and by hand. */
const againstRaw = (name: string, { work, pipeline, concurrency, bound }: Shape): Workload => ({
  name,
  rows: async (bench: Bench): Promise<Row[]> => {
    const { workshop, workspace, runs } = bench;
    const options = { maxParallelism: concurrency };
    const steps = await recordSteps(workshop, pipeline, { ...options, workspace });
    const { signal } = workshop;
    const pairs = await interleave(
      runs,
      () => timed(() => runAll(pipeline, { ...options, workspace: workspace.root, signal })),
      () => runRaw(steps, { ...workshop, concurrency }),
    );
    return [ratioRow({ work, figure: "wall / raw lifecycle", pairs, bound })];
  },
});

export const chainOfTen = againstRaw("chain", {
  work: "chain of 10 steps of 40 ms",
  pipeline: chain,
  concurrency: 1,
  bound: 0.65,
});
