import { openExistingHouse } from "../../composition.ts";
import { resumeRun } from "../../host/resume.ts";
import type { CommandContext } from "../command-parts.ts";
import { createRenderer } from "../render/create-renderer.ts";
import { RunSignals } from "../signals.ts";
import { stayingSmall } from "../young-generation.ts";
import { exitOf } from "./run.ts";

export interface ResumeCommandOptions {
  readonly run: string;
  readonly maxParallel?: number;
  readonly envFile?: string;
  readonly json?: boolean;
}

/** `stepdock resume RUN` */
export const resumeCommand = async (
  context: CommandContext,
  { run: reference, maxParallel, envFile, json = false }: ResumeCommandOptions,
): Promise<number> => {
  const renderer = await createRenderer(context.out, { json, environment: process.env });
  using signals = new RunSignals(context.err);
  await using house = await openExistingHouse({ workspace: context.workspace, envFile });
  signals.begin();
  let outputs = {};
  try {
    const resumed = await resumeRun(house, reference, {
      ...{ emit: stayingSmall(renderer.sink), signals, maxParallelism: maxParallel, envFile },
    });
    outputs = resumed.snapshot.outputs;
    return exitOf(resumed.run);
  } finally {
    await renderer.close(outputs);
  }
};
