import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import { runAll, type Switches } from "../stepdock-run.ts";
import { SHAPES, type Shape } from "../workloads/containers.ts";
import type { Bench } from "../workloads/workload.ts";
import { onByOff, type Technique } from "./technique.ts";

const NO_PARKING: Switches = { lookahead: 0 };
const ONE_START: Switches = { concurrentStarts: 1 };

const walls = ({ workshop, workspace }: Bench, { pipeline, concurrency }: Shape) => {
  const options = { workspace: workspace.root, signal: workshop.signal, maxParallelism: concurrency };
  return (switches: Switches) => () => timed(() => runAll(pipeline, { ...options, ...switches }));
};

const compare = async (bench: Bench, what: string, off: Switches): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const shape of SHAPES) {
    const wallOf = walls(bench, shape);
    await wallOf({})();
    const work = `${what}: ${shape.work}`;
    rows.push(await onByOff({ work, runs: bench.runs, on: wallOf({}), off: wallOf(off) }));
  }
  return rows;
};

export const parking: Technique = {
  name: "parking",
  rows: (bench) => compare(bench, "containers parked ahead", NO_PARKING),
};

export const startsAtATime: Technique = {
  name: "starts",
  rows: (bench) => compare(bench, "several starts at a time, instead of one", ONE_START),
};
