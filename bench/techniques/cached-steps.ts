import { openWorkspace, run } from "stepdock/host";
import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import { ladder } from "../pipelines/ladder.ts";
import type { Bench } from "../workloads/workload.ts";
import { instead } from "./instead.ts";
import { onByOff, type Technique } from "./technique.ts";

type CreateStepRuns = (this: unknown, steps: readonly unknown[]) => Promise<void>;

/** A transaction for each, which waits for the disk each time. */
const oneByOne = (own: CreateStepRuns): CreateStepRuns =>
  async function (steps) {
    for (const step of steps) await own.call(this, [step]);
  };

const rows = async ({ workshop, workspace, runs }: Bench): Promise<Row[]> => {
  await using opened = await openWorkspace(workspace.root);
  const prototype = Object.getPrototypeOf(opened.metadata) as object;
  const cached = async (): Promise<void> => {
    workshop.signal.throwIfAborted();
    const { steps } = await run(ladder, { workspace: workspace.root, signal: workshop.signal });
    const status = new Set(steps.map((step) => step.status));
    if (status.size !== 1 || !status.has("cached")) throw new Error(`not all cached: ${[...status]}`);
  };
  await run(ladder, { workspace: workspace.root, signal: workshop.signal });
  await cached();
  const off = async () => {
    using _ = instead<CreateStepRuns>(prototype, "createStepRuns", oneByOne);
    return await timed(cached);
  };
  const work = "one transaction for all cached steps: the ladder again, all cached, in this process";
  return [await onByOff({ work, runs, on: () => timed(cached), off })];
};

export const cachedSteps: Technique = { name: "cached-steps", rows };
