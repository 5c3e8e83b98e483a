import type { Pair } from "../measure/interleave.ts";
import { runChild } from "../measure/process.ts";
import { type Row, ratioRow, rowOf } from "../measure/row.ts";
import { median } from "../measure/statistics.ts";
import type { Bench, Workload } from "./workload.ts";

/** Measured within a hundredth of 1. A table that has just doubled is 28 bytes a node more, of some 470. */
const HEAP_GROWTH = 1.1;

interface Sized {
  readonly count: number;
  readonly pairs: readonly Pair[];
  /** Bytes a node that the run keeps alive at the most; one for each pair. */
  readonly heap: readonly number[];
}

const rows = async ({ workshop, runs, smoke }: Bench): Promise<Row[]> => {
  const sizes = smoke ? [100, 1000] : [10_000, 100_000];
  const measured = await runChild<Sized[]>("dag-runner", [runs, ...sizes], { signal: workshop.signal });
  const perSize = measured.map(({ count, pairs }) => {
    const work = `DagRunner, ${count.toLocaleString("en")} no-op nodes`;
    return ratioRow({ work, figure: "wall / p-queue alone, no priorities", pairs, bound: 2 });
  });
  const [small, large] = measured;
  if (!small || !large) throw new Error("the DAG runner was measured with fewer than two sizes");
  const costs = ({ pairs, count }: Sized) => pairs.map(({ subject }) => subject / count);
  const work = `DagRunner, ${small.count.toLocaleString("en")} → ${large.count.toLocaleString("en")}`;
  const bytes = ({ heap }: Sized) => `${Math.round(median(heap))} B`;
  return [
    ...perSize,
    rowOf({
      ...{ work, figure: "growth of the cost a node", bound: 1.2 },
      samples: growth(costs(small), costs(large)),
    }),
    rowOf({
      ...{ work, figure: "growth of the live heap a node", bound: HEAP_GROWTH },
      ...{ samples: growth(small.heap, large.heap), note: `${bytes(large)} / ${bytes(small)}` },
    }),
  ];
};

/** Of a node in the large DAG, by one in the small DAG of the same round. */
const growth = (small: readonly number[], large: readonly number[]): number[] =>
  large.map((each, round) => each / (small[round] ?? Number.NaN));

export const dagRunnerWorkload: Workload = { name: "dag-runner", rows };
