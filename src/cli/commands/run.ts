import { openHouse } from "../../composition.ts";
import { EXIT } from "../../errors/codes.ts";
import { compileFile, projectRootOfFile } from "../../host/compile-file.ts";
import { checkPipelineFile } from "../../host/load-pipeline-file.ts";
import { runCompiled } from "../../host/run-compiled.ts";
import { type ExecutionMode, isFinished, type PipelineRun } from "../../model/index.ts";
import type { SpeedOptions } from "../../orchestrator/base/services.ts";
import type { CommandContext } from "../command-parts.ts";
import { createRenderer } from "../render/create-renderer.ts";
import { RunSignals } from "../signals.ts";
import { stayingSmall } from "../young-generation.ts";

/** What `run` and `plan` have in common. */
export interface PipelineFileOptions {
  readonly file: string;
  readonly exportName?: string | undefined;
  readonly param?: ReadonlyMap<string, string>;
  readonly stack?: string;
  readonly cache: boolean;
  readonly executionMode?: ExecutionMode;
  readonly json?: boolean;
}

export interface RunCommandOptions extends PipelineFileOptions, SpeedOptions {
  readonly maxParallel?: number;
  readonly name?: string;
  readonly envFile?: string;
}

/** `stepdock run FILE [EXPORT]` */
export const runCommand = async (context: CommandContext, options: RunCommandOptions): Promise<number> => {
  const { json = false } = options;
  const renderer = await createRenderer(context.out, { json, environment: process.env });
  if (json) leaveStdoutAlone();
  using signals = new RunSignals(context.err);
  await using house = await openPipelineHouse(context, options);
  const compiled = await compileFile(house, compileOptions(options));
  signals.begin();
  try {
    const run = await runCompiled(house, compiled, {
      ...{ stack: options.stack, enableCache: options.cache, maxParallelism: options.maxParallel },
      ...{ lookahead: options.lookahead, concurrentStarts: options.concurrentStarts },
      scheduling: options.scheduling,
      ...{ runName: options.name, envFile: options.envFile, emit: stayingSmall(renderer.sink), signals },
    });
    return exitOf(run);
  } finally {
    await renderer.close(compiled.snapshot.outputs);
  }
};

export const openPipelineHouse = async (
  { workspace }: CommandContext,
  { file, envFile }: PipelineFileOptions & { readonly envFile?: string | undefined },
) => {
  // Before a workspace is made: it would be one where nobody wants it.
  checkPipelineFile(file);
  return await openHouse({
    ...{ workspaceRoot: workspace, projectRoot: projectRootOfFile(file), envFile },
    endsWithProcess: true,
  });
};

export const compileOptions = ({ file, exportName, param, executionMode }: PipelineFileOptions) => ({
  ...{ file, exportName, executionMode },
  parameters: Object.fromEntries(param ?? []),
});

/** What modules of the user's print while they load must not come between what is JSON. */
export const leaveStdoutAlone = (): void => {
  process.stdout.write = process.stderr.write.bind(process.stderr);
};

/** Exit status of a run that has ended, or that was submitted and goes on elsewhere. */
export const exitOf = ({ status }: PipelineRun): number => {
  if (status === "completed" || !isFinished(status)) return EXIT.done;
  return status === "stopped" ? EXIT.interrupted : EXIT.failed;
};
