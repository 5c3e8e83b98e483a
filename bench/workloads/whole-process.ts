import { interleave, timed } from "../measure/interleave.ts";
import { runCli, runEmptyNode } from "../measure/process.ts";
import { type Row, ratioRow } from "../measure/row.ts";
import type { Bench, Workload } from "./workload.ts";

const LADDER = "bench/pipelines/ladder.ts";
const TWENTY = "bench/pipelines/twenty.ts";

const againstNode = (bench: Bench, args: readonly string[]) => {
  const { workshop, workspace, runs } = bench;
  const { signal } = workshop;
  const command = [...args, "--workspace", workspace.root];
  return interleave(
    runs,
    () => timed(() => runCli([...optionsFirst(command)], { signal })),
    () => timed(() => runEmptyNode({ signal })),
  );
};

/** `--workspace` is an option of the program, not of a command. */
const optionsFirst = (command: readonly string[]): readonly string[] => [
  ...command.slice(-2),
  ...command.slice(0, -2),
];

const cachedLadder = async (bench: Bench): Promise<Row[]> => {
  const { workshop, workspace } = bench;
  const options = { signal: workshop.signal };
  const place = ["--workspace", workspace.root];
  await runCli([...place, "run", LADDER], options);
  const printed = await runCli([...place, "run", LADDER, "--json"], options);
  const ended = printed.split("\n").find((line) => line.includes('"run_finished"')) ?? "{}";
  const { steps } = JSON.parse(ended) as { steps?: { cached?: number } };
  if (steps?.cached !== 32) throw new Error(`the ladder is not all cached: ${ended}`);
  const pairs = await againstNode(bench, ["run", LADDER]);
  const figure = "whole process / node -e 0";
  return [ratioRow({ work: "the ladder again, all cached", figure, pairs, bound: 5 })];
};

const planOfTwenty = async (bench: Bench): Promise<Row[]> => {
  await runCli(["--workspace", bench.workspace.root, "plan", TWENTY], { signal: bench.workshop.signal });
  const pairs = await againstNode(bench, ["plan", TWENTY]);
  const work = "plan of 1,000 invocations of 20 steps, bundle cache warm";
  return [ratioRow({ work, figure: "whole process / node -e 0", pairs, bound: 15 })];
};

export const wholeProcessWorkloads: readonly Workload[] = [
  { name: "cached", rows: cachedLadder },
  { name: "plan", rows: planOfTwenty },
];
