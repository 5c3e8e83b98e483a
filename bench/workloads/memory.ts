import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { timed } from "../measure/interleave.ts";
import { childFile, runCli } from "../measure/process.ts";
import { type Row, rowOf } from "../measure/row.ts";
import { range } from "../range.ts";
import type { Bench, Workload } from "./workload.ts";

export interface Used {
  readonly milliseconds: number;
  readonly peak: number;
  readonly end: number;
}

/**
 * `stepdock run` as a user has it: runs a pipeline of `thousand.ts` with a module of `bench/children` that tells the
 * memory. The code of the step was bundled by an earlier run. Linux only.
 */
export const memoryOfRuns = async ({ workshop, workspace }: Bench) => {
  const file = join(workshop.directory, "memory.json");
  const options = { signal: workshop.signal, environment: { BENCH_MEMORY_FILE: file } };
  const place = ["--workspace", workspace.root];
  const run = async (pipeline: string, preload: string): Promise<Used> => {
    const args = [...place, "run", "bench/pipelines/thousand.ts", pipeline, "--no-cache"];
    const milliseconds = await timed(() =>
      runCli(args, { ...options, preload: childFile(`${preload}.mjs`) }),
    );
    return { ...(JSON.parse(await readFile(file, "utf8")) as Omit<Used, "milliseconds">), milliseconds };
  };
  await run("one", "tell-memory");
  return run;
};

const rows = async (bench: Bench): Promise<Row[]> => {
  const { longRuns, smoke } = bench;
  const run = await memoryOfRuns(bench);
  const used: Used[] = [];
  for (const _ of range(1, longRuns)) used.push(await run(smoke ? "ten" : "thousand", "tell-memory"));
  const work = `${smoke ? "10" : "1,000"} no-op steps, each in its container`;
  const seconds = used.map(({ milliseconds }) => Math.round(milliseconds / 1000)).join(", ");
  return [
    rowOf({
      ...{ work, figure: "memory of the orchestrator at the end", unit: "MB", bound: 150 },
      ...{ samples: used.map(({ end }) => end), note: `${seconds} s` },
    }),
    rowOf({
      ...{ work, figure: "memory of the orchestrator: peak", unit: "MB" },
      samples: used.map(({ peak }) => peak),
    }),
  ];
};

export const memoryWorkload: Workload = { name: "memory", rows };
