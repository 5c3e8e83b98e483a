import { cpusOf } from "../machine.ts";
import { interleave, timed } from "../measure/interleave.ts";
import { type Row, ratioRow } from "../measure/row.ts";
import { median } from "../measure/statistics.ts";
import { replayOf } from "../pipelines/replay.ts";
import { range } from "../range.ts";
import { runRaw } from "../raw-lifecycle.ts";
import { recordSteps } from "../record-steps.ts";
import { runAll, type Switches } from "../stepdock-run.ts";
import { findWorkflows } from "../workflows/find-workflows.ts";
import { leastWall } from "../workflows/least-wall.ts";
import { scaleTasks } from "../workflows/scale.ts";
import type { Workflow } from "../workflows/task.ts";
import type { Bench, Workload } from "./workload.ts";

/** Raw containers in a row whose median is what one costs. */
const LIFECYCLES = 5;

export interface ReplayOptions extends Switches {
  readonly concurrency: number;
  readonly spin: boolean;
}

/** Wall of a workflow by the least that containers run by hand could need, were they never to wait for each other. */
export const replayRow = async (bench: Bench, workflow: Workflow, options: ReplayOptions): Promise<Row> => {
  const { workshop, workspace, runs } = bench;
  const { concurrency, spin, ...switches } = options;
  const tasks = scaleTasks(workflow);
  const lifecycle = await lifecycleOf(bench);
  const pipeline = replayOf(tasks, spin);
  const run = {
    workspace: workspace.root,
    signal: workshop.signal,
    maxParallelism: concurrency,
    ...switches,
  };
  const pairs = await interleave(
    runs,
    () => timed(() => runAll(pipeline, run)),
    async () => leastWall(tasks, concurrency, await lifecycle()),
  );
  const how = [spin ? "spinning" : "waiting", `concurrency ${concurrency}`, ...told(switches)];
  const work = `replay of ${workflow.name}, ${tasks.length} tasks, ${how.join(", ")}`;
  const bound = isDefault(switches) ? 1 : undefined;
  return ratioRow({ work, figure: "wall / max(critical path, sum ÷ concurrency)", pairs, bound });
};

const told = ({ scheduling = "layers", lookahead, concurrentStarts }: Switches): string[] => [
  scheduling,
  ...(lookahead === undefined ? [] : [`lookahead ${lookahead}`]),
  ...(concurrentStarts === undefined ? [] : [`${concurrentStarts} starts at a time`]),
];

/** What is switched is shown beside the default, which is what has to hold. */
const isDefault = (switches: Switches): boolean =>
  Object.values(switches).every((value) => value === undefined);

/** Measures the raw lifecycle of one container whose step does nothing: milliseconds, a median. */
const lifecycleOf = async ({ workshop, workspace }: Bench): Promise<() => Promise<number>> => {
  const nothing = replayOf([{ id: "task", parents: [], milliseconds: 0 }], true);
  const steps = await recordSteps(workshop, nothing, { workspace });
  return async () => {
    const samples: number[] = [];
    for (const _ of range(1, LIFECYCLES)) samples.push(await runRaw(steps, { ...workshop, concurrency: 1 }));
    return median(samples);
  };
};

/** The smallest workflow waiting and spinning, and by its critical path; all of them if asked for. */
const rows = async (bench: Bench): Promise<Row[]> => {
  const concurrency = await cpusOf(bench.workshop.docker);
  const workflows = findWorkflows(bench.dags).slice(0, bench.all ? undefined : 1);
  const measured: Row[] = [];
  for (const workflow of workflows) {
    for (const spin of [false, true]) measured.push(await replayRow(bench, workflow, { concurrency, spin }));
    const byPath = { concurrency, spin: false, scheduling: "critical-path" } as const;
    measured.push(await replayRow(bench, workflow, byPath));
  }
  return measured;
};

export const replayWorkload: Workload = { name: "replay", rows };
