import { interleave, timed } from "../measure/interleave.ts";
import { type Row, ratioRow } from "../measure/row.ts";
import { chain } from "../pipelines/chain.ts";
import { fanOut } from "../pipelines/fan-out.ts";
import { ladder } from "../pipelines/ladder.ts";
import { runRaw } from "../raw-lifecycle.ts";
import { recordSteps } from "../record-steps.ts";
import { type BenchPipeline, runAll } from "../stepdock-run.ts";
import type { Bench, Workload } from "./workload.ts";

export interface Shape {
  readonly name: string;
  readonly work: string;
  readonly pipeline: BenchPipeline;
  readonly concurrency: number;
  readonly bound: number;
}

/** What is run both ways: the same containers, in the same order, as many at once. */
export const SHAPES: readonly Shape[] = [
  {
    ...{ name: "chain", work: "chain of 10 steps of 40 ms", pipeline: chain as BenchPipeline },
    ...{ concurrency: 1, bound: 0.65 },
  },
  {
    ...{ name: "fan-out", work: "fan out 1 → 20 → 1, concurrency 2", pipeline: fanOut as BenchPipeline },
    ...{ concurrency: 2, bound: 1 },
  },
  {
    ...{ name: "ladder", work: "ladder of 8 × 4, concurrency 4", pipeline: ladder as BenchPipeline },
    ...{ concurrency: 4, bound: 0.95 },
  },
];

const rowsOf = async ({ work, pipeline, concurrency, bound }: Shape, bench: Bench): Promise<Row[]> => {
  const { workshop, workspace, runs } = bench;
  const steps = await recordSteps(workshop, pipeline, { workspace, maxParallelism: concurrency });
  const options = { workspace: workspace.root, signal: workshop.signal, maxParallelism: concurrency };
  const pairs = await interleave(
    runs,
    () => timed(() => runAll(pipeline, options)),
    () => runRaw(steps, { ...workshop, concurrency }),
  );
  return [ratioRow({ work, figure: "wall / raw lifecycle", pairs, bound })];
};

export const containerWorkloads: readonly Workload[] = SHAPES.map((shape) => ({
  name: shape.name,
  rows: (bench) => rowsOf(shape, bench),
}));
