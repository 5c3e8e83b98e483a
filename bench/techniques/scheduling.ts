import { cpusOf } from "../machine.ts";
import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import { replayOf } from "../pipelines/replay.ts";
import { runAll, type Switches } from "../stepdock-run.ts";
import { findWorkflows } from "../workflows/find-workflows.ts";
import { scaleTasks } from "../workflows/scale.ts";
import type { Bench } from "../workloads/workload.ts";
import { onByOff, type Technique } from "./technique.ts";

const rows = async (bench: Bench): Promise<Row[]> => {
  const { workshop, workspace, runs, all, dags } = bench;
  const concurrency = await cpusOf(workshop.docker);
  const measured: Row[] = [];
  for (const workflow of findWorkflows(dags).slice(0, all ? undefined : 2)) {
    const pipeline = replayOf(scaleTasks(workflow), false);
    const options = { workspace: workspace.root, signal: workshop.signal, maxParallelism: concurrency };
    const wallBy = (scheduling: NonNullable<Switches["scheduling"]>) => () =>
      timed(() => runAll(pipeline, { ...options, scheduling }));
    const work = `critical path first, instead of layers: ${workflow.name}, ${workflow.tasks.length} tasks`;
    measured.push(await onByOff({ work, runs, on: wallBy("critical-path"), off: wallBy("layers") }));
  }
  return measured;
};

export const scheduling: Technique = { name: "scheduling", rows };
