import PQueue from "p-queue";
import { DagRunner } from "stepdock/orchestrators";
import { measurePair, type Pair, timed } from "../measure/interleave.ts";
import { range } from "../range.ts";

const WIDTH = 100;
const CONCURRENCY = 4;

/** Layers of a hundred nodes, each on two of the layer before. */
const layered = (count: number): Record<string, string[]> => {
  const upstreamsOf = (number: number) => {
    const column = number % WIDTH;
    return [number - WIDTH, number - column - WIDTH + ((column + 1) % WIDTH)].filter((each) => each >= 0);
  };
  const entries = range(0, count - 1).map((number) => [
    `n${number}`,
    upstreamsOf(number).map((each) => `n${each}`),
  ]);
  return Object.fromEntries(entries);
};

const byDagRunner = async (dag: Record<string, string[]>): Promise<void> => {
  await new DagRunner({ dag, maxParallelism: CONCURRENCY, runNode: async () => {} }).run();
};

/** Where in the run its live heap is looked at: an eighth of the nodes apart, and at the last one. */
const LOOKS = 8;

/** Bytes a node that a run of so many keeps alive at the most, over what there was before it: garbage does not count. */
const heapPerNode = async (dag: Record<string, string[]>, count: number): Promise<number> => {
  const before = liveHeap();
  let [begun, most] = [0, before];
  const runNode = async () => {
    begun += 1;
    if (begun % (count / LOOKS) === 0) most = Math.max(most, liveHeap());
  };
  await new DagRunner({ dag, maxParallelism: CONCURRENCY, runNode }).run();
  return (most - before) / count;
};

const liveHeap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const byQueue = async (count: number): Promise<void> => {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  for (let task = 0; task < count; task += 1) void queue.add(async () => {});
  await queue.onIdle();
};

/** Each side begins with as little garbage as there can be. */
const clean = async (work: () => Promise<void>): Promise<number> => {
  globalThis.gc?.();
  return await timed(work);
};

const [runs = 1, ...sizes] = process.argv.slice(2).map(Number);
const dags = sizes.map((count) => ({
  ...{ count, dag: layered(count) },
  ...{ pairs: [] as Pair[], heap: [] as number[] },
}));
const [smallest] = dags;
// What is compiled on the way must not count for the first size only.
for (const _ of range(1, 3)) {
  await byDagRunner(smallest?.dag ?? {});
  await byQueue(smallest?.count ?? 0);
}
for (const round of range(1, runs)) {
  for (const { count, dag, pairs, heap } of dags) {
    const subject = () => clean(() => byDagRunner(dag));
    pairs.push(await measurePair(round, subject, () => clean(() => byQueue(count))));
    heap.push(await heapPerNode(dag, count));
  }
}
console.log(JSON.stringify(dags.map(({ dag, ...measured }) => measured)));
