import { cpusOf } from "./machine.ts";
import type { Row } from "./measure/row.ts";
import type { BenchOptions } from "./options.ts";
import { TECHNIQUES } from "./techniques/index.ts";
import { readWorkflow } from "./workflows/read-workflow.ts";
import { WORKLOADS } from "./workloads/index.ts";
import { replayRow } from "./workloads/replay.ts";
import type { Bench, Workload } from "./workloads/workload.ts";
import type { Workshop } from "./workshop.ts";

/** Prepares what was asked for, so that a bad argument or file is found before anything is made. */
export const workloadsOf = (options: BenchOptions): readonly Workload[] => {
  if (options.command === "replay") return [replayOfFile(options.file, options)];
  return chosen(options.command === "table" ? WORKLOADS : TECHNIQUES, options.only);
};

/** Measures one after the other; `onBegin` is told the name of each. */
export const measureAll = async (
  workloads: readonly Workload[],
  options: BenchOptions,
  workshop: Workshop,
  onBegin: (name: string) => void,
): Promise<Row[]> => {
  const workspace = await workshop.newWorkspace();
  const { smoke, all, dags } = options;
  const runs = smoke ? 1 : options.runs;
  const longRuns = smoke ? 1 : (options.longRuns ?? runs);
  const bench: Bench = { workshop, workspace, runs, longRuns, smoke, all, dags };
  const rows: Row[] = [];
  for (const workload of workloads) {
    workshop.signal.throwIfAborted();
    onBegin(workload.name);
    rows.push(...(await workload.rows(bench)));
  }
  return rows;
};

const chosen = (workloads: readonly Workload[], only: readonly string[] | undefined): readonly Workload[] => {
  const names = workloads.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no "${unknown}"; there are: ${names.join(", ")}`);
  return workloads.filter(({ name }) => only?.includes(name) ?? true);
};

const replayOfFile = (file: string, options: BenchOptions): Workload => {
  const workflow = readWorkflow(file);
  const { spin, scheduling, lookahead, concurrentStarts } = options;
  const rows = async (bench: Bench): Promise<Row[]> => {
    const concurrency = options.concurrency ?? (await cpusOf(bench.workshop.docker));
    const switches = Object.entries({ scheduling, lookahead, concurrentStarts });
    const given = Object.fromEntries(switches.filter(([, value]) => value !== undefined));
    return [await replayRow(bench, workflow, { concurrency, spin, ...given })];
  };
  return { name: workflow.name, rows };
};
