import type { CompiledPipeline } from "../compiler/compile.ts";
import type { House } from "../composition.ts";
import type { EventSink, PipelineRun } from "../model/index.ts";
import type { SpeedOptions } from "../orchestrator/base/services.ts";
import type { ExecutionSignals } from "../step-launcher/port.ts";
import { keepBundles } from "./keep-bundles.ts";

export interface RunCompiledOptions extends SpeedOptions {
  readonly stack?: string | undefined;
  readonly enableCache?: boolean | undefined;
  readonly maxParallelism?: number | undefined;
  readonly envFile?: string | undefined;
  readonly runName?: string | undefined;
  readonly emit: EventSink;
  readonly signals: ExecutionSignals;
}

/** Runs a compiled pipeline on a stack: the one asked for, else the pipeline's own, else the default. */
export const runCompiled = async (
  house: House,
  { snapshot, bundles }: CompiledPipeline,
  options: RunCompiledOptions,
): Promise<PipelineRun> => {
  const stack = await house.stack(options.stack ?? snapshot.stack);
  await keepBundles(house.workspace.paths.bundles, bundles);
  return await stack.orchestrator.run(
    { ...options, snapshot, bundles, projectRoot: house.projectRoot },
    stack,
  );
};
