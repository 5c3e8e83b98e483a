import { interleave } from "../measure/interleave.ts";
import { type Row, ratioRow, rowOf } from "../measure/row.ts";
import { median } from "../measure/statistics.ts";
import { memoryOfRuns, type Used } from "../workloads/memory.ts";
import type { Bench } from "../workloads/workload.ts";
import type { Technique } from "./technique.ts";

/** A pair takes three minutes and a half. */
const MOST_PAIRS = 3;

/** It shows in a long run only: after 300 steps there is no difference yet. */
const rows = async (bench: Bench): Promise<Row[]> => {
  const runWith = await memoryOfRuns(bench);
  const used: Record<"on" | "off", Used[]> = { on: [], off: [] };
  const measure = (side: "on" | "off", preload: string) => async () => {
    const use = await runWith(bench.smoke ? "ten" : "thousand", preload);
    used[side].push(use);
    return use.milliseconds;
  };
  const pairs = await interleave(
    Math.min(bench.longRuns, MOST_PAIRS),
    measure("on", "tell-memory"),
    measure("off", "growing-young"),
  );
  const [on, off] = [used.on, used.off].map((uses) => uses.map(({ end }) => end)) as [number[], number[]];
  const work = `a small young generation: ${bench.smoke ? "10" : "1,000"} no-op steps, each in its container`;
  const samples = on.map((end, round) => end / (off[round] ?? Number.NaN));
  const note = `${Math.round(median(on))} MB / ${Math.round(median(off))} MB`;
  return [
    rowOf({ work, figure: "memory of the orchestrator on / off", samples, note }),
    ratioRow({ work, figure: "wall on / off", pairs }),
  ];
};

export const youngGeneration: Technique = { name: "young-generation", rows };
