import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import { runAll, type Switches } from "../stepdock-run.ts";
import { SHAPES, type Shape } from "../workloads/containers.ts";
import type { Bench } from "../workloads/workload.ts";
import { onByOff, type Technique } from "./technique.ts";

/** What a shape is switched to, instead of the default. */
type Without = (shape: Shape) => Switches;

const noParking: Without = () => ({ lookahead: 0 });
const oneStart: Without = () => ({ concurrentStarts: 1 });

/** As `local_docker` has it: its default is told nowhere but in its docs. */
const defaultLookahead = ({ concurrency }: Shape): number => Math.max(2, concurrency);
const half: Without = (shape) => ({ lookahead: defaultLookahead(shape) / 2 });
const double: Without = (shape) => ({ lookahead: defaultLookahead(shape) * 2 });

const walls = ({ workshop, workspace }: Bench, { pipeline, concurrency }: Shape) => {
  const options = { workspace: workspace.root, signal: workshop.signal, maxParallelism: concurrency };
  return (switches: Switches) => () => timed(() => runAll(pipeline, { ...options, ...switches }));
};

const compare = async (bench: Bench, what: string, off: Without): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const shape of SHAPES) {
    const wallOf = walls(bench, shape);
    await wallOf({})();
    const work = `${what}: ${shape.work}`;
    rows.push(await onByOff({ work, runs: bench.runs, on: wallOf({}), off: wallOf(off(shape)) }));
  }
  return rows;
};

export const parking: Technique = {
  name: "parking",
  rows: (bench) => compare(bench, "containers parked ahead", noParking),
};

export const startsAtATime: Technique = {
  name: "starts",
  rows: (bench) => compare(bench, "several starts at a time, instead of one", oneStart),
};

/** Near 1, or below, on both: a default that is neither too short nor too long. */
export const lookahead: Technique = {
  name: "lookahead",
  rows: async (bench) => [
    ...(await compare(bench, "the default lookahead, instead of half of it", half)),
    ...(await compare(bench, "the default lookahead, instead of twice as much", double)),
  ],
};
