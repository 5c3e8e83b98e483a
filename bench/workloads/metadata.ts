import { join } from "node:path";
import { bareTransactions } from "../bare-transactions.ts";
import { interleave, timed } from "../measure/interleave.ts";
import { type Row, ratioRow } from "../measure/row.ts";
import { nothings } from "../pipelines/nothing.ts";
import { runAll } from "../stepdock-run.ts";
import type { Bench, Workload } from "./workload.ts";

const rows = async ({ workshop, workspace, runs, smoke }: Bench): Promise<Row[]> => {
  const steps = smoke ? 20 : 1000;
  const { signal } = workshop;
  const options = { workspace: workspace.root, signal, stack: "local" };
  await runAll(nothings(10), options);
  const pairs = await interleave(
    runs,
    () => timed(() => runAll(nothings(steps), options)),
    () => bareTransactions(join(workspace.root, "bare.db"), steps),
  );
  const work = `${steps.toLocaleString("en")} no-op steps in this process`;
  return [ratioRow({ work, figure: "wall / bare SQLite transactions, 4 a step", pairs, bound: 2 })];
};

export const metadataWorkload: Workload = { name: "metadata", rows };
