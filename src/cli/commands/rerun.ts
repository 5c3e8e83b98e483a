import { openExistingHouse } from "../../composition.ts";
import { rerunStep } from "../../host/rerun.ts";
import type { CommandContext } from "../command-parts.ts";
import { createRenderer } from "../render/create-renderer.ts";
import { RunSignals } from "../signals.ts";
import { exitOf } from "./run.ts";

export interface RerunCommandOptions {
  readonly run: string;
  readonly step: string;
  readonly envFile?: string;
  readonly json?: boolean;
}

/** `stepdock rerun RUN STEP` */
export const rerunCommand = async (
  context: CommandContext,
  { run: reference, step, envFile, json = false }: RerunCommandOptions,
): Promise<number> => {
  const renderer = await createRenderer(context.out, { json, environment: process.env });
  using signals = new RunSignals(context.err);
  await using house = await openExistingHouse({ workspace: context.workspace, envFile });
  signals.begin();
  let outputs = {};
  try {
    const rerun = await rerunStep(house, reference, step, { emit: renderer.sink, signals, envFile });
    outputs = rerun.snapshot.outputs;
    return exitOf(rerun.run);
  } finally {
    await renderer.close(outputs);
  }
};
