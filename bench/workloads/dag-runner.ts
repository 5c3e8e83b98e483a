import type { Pair } from "../measure/interleave.ts";
import { runChild } from "../measure/process.ts";
import { type Row, ratioRow, rowOf } from "../measure/row.ts";
import type { Bench, Workload } from "./workload.ts";

interface Sized {
  readonly count: number;
  readonly pairs: readonly Pair[];
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
  return [...perSize, growth(small, large)];
};

/** Cost a node of the large DAG by that of the small one, of the same round. */
const growth = (small: Sized, large: Sized): Row => {
  const cost = ({ pairs, count }: Sized) => pairs.map(({ subject }) => subject / count);
  const before = cost(small);
  const samples = cost(large).map((each, round) => each / (before[round] ?? Number.NaN));
  const work = `DagRunner, ${small.count.toLocaleString("en")} → ${large.count.toLocaleString("en")}`;
  return rowOf({ work, figure: "growth of the cost a node", samples, bound: 1.2 });
};

export const dagRunnerWorkload: Workload = { name: "dag-runner", rows };
