import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { timed } from "../measure/interleave.ts";
import { runCli } from "../measure/process.ts";
import { type Row, rowOf } from "../measure/row.ts";
import { range } from "../range.ts";
import type { Bench, Workload } from "./workload.ts";

interface Used {
  readonly milliseconds: number;
  readonly peak: number;
  readonly end: number;
}

const TELL_MEMORY = resolve(import.meta.dirname, "../children/tell-memory.mjs");

/** `stepdock run` as a user has it. The code of the step was bundled by an earlier run. Linux only. */
const rows = async ({ workshop, workspace, longRuns, smoke }: Bench): Promise<Row[]> => {
  const file = join(workshop.directory, "memory.json");
  const run = async (pipeline: string): Promise<Used> => {
    const args = [
      "--workspace",
      workspace.root,
      "run",
      "bench/pipelines/thousand.ts",
      pipeline,
      "--no-cache",
    ];
    const environment = { BENCH_MEMORY_FILE: file };
    const milliseconds = await timed(() =>
      runCli(args, { signal: workshop.signal, environment, preload: TELL_MEMORY }),
    );
    return { ...(JSON.parse(await readFile(file, "utf8")) as Omit<Used, "milliseconds">), milliseconds };
  };
  await run("one");
  const used: Used[] = [];
  for (const _ of range(1, longRuns)) used.push(await run(smoke ? "ten" : "thousand"));
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
