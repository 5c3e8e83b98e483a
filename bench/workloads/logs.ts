import { interleave } from "../measure/interleave.ts";
import type { MemoryUse } from "../measure/memory.ts";
import { runChild } from "../measure/process.ts";
import { type Row, ratioRow, rowOf } from "../measure/row.ts";
import { printing } from "../pipelines/printing.ts";
import { type RawStep, runRaw } from "../raw-lifecycle.ts";
import { recordSteps } from "../record-steps.ts";
import type { Bench, Workload } from "./workload.ts";

const SMALL = 64_000;
const FLAT_MB = 32;

const rows = async ({ workshop, workspace, longRuns, smoke }: Bench): Promise<Row[]> => {
  const bytes = smoke ? 1_000_000 : 1_000_000_000;
  const steps = await recordSteps(workshop, printing(SMALL), { workspace });
  const memory: MemoryUse[] = [];
  const pairs = await interleave(
    longRuns,
    async () => {
      const { milliseconds, ...use } = await runChild<MemoryUse & { milliseconds: number }>(
        ...["print-log", [workspace.root, bytes], { signal: workshop.signal }],
      );
      memory.push(use);
      return milliseconds;
    },
    () =>
      runRaw(
        steps.map((step) => printingSoMuch(step, bytes)),
        { ...workshop, concurrency: 1 },
      ),
  );
  const work = `${smoke ? "1 MB" : "1 GB"} of log lines from one step`;
  const peaks = memory.map(({ peak }) => peak);
  return [
    ratioRow({ work, figure: "wall / raw attach stream thrown away", pairs, bound: 1.5 }),
    rowOf({ work, figure: "memory of the orchestrator: peak", samples: peaks, unit: "MB" }),
    rowOf({
      ...{ work, figure: "its growth from the second to the last quarter", unit: "MB", bound: FLAT_MB },
      samples: memory.map(({ growth }) => growth),
    }),
  ];
};

/** Recorded with a small amount; how much it prints is a parameter. */
const printingSoMuch = (step: RawStep, bytes: number): RawStep => ({
  ...step,
  assignment: { ...step.assignment, inputs: { bytes: { kind: "parameter", value: bytes } } },
});

export const logsWorkload: Workload = { name: "logs", rows };
