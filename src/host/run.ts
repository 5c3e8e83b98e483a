import { type CompiledPipeline, compile } from "../compiler/compile.ts";
import { modulesOf } from "../compiler/load-modules.ts";
import { type House, openHouse } from "../composition.ts";
import type { EventSink } from "../model/index.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { Given, Schemas } from "../pipeline/schema.ts";
import { projectRootOf, workspaceRoot } from "../workspace/paths.ts";
import { loadOutputs, type RunResult } from "./result.ts";
import { runCompiled } from "./run-compiled.ts";

export interface RunOptions<P extends Schemas = Schemas> {
  readonly parameters?: Given<P>;
  /** `local_docker` (the default) or `local`. */
  readonly stack?: string;
  /** False: nothing is taken from earlier runs. */
  readonly cache?: boolean;
  readonly maxParallelism?: number;
  /** Template of the run's name. */
  readonly runName?: string;
  /** Directory of the workspace; default: `STEPDOCK_HOME`, else `.stepdock` beside the nearest package.json. */
  readonly workspace?: string;
  readonly onEvent?: EventSink;
  /** Stops the run gracefully. */
  readonly signal?: AbortSignal;
  /** Ends what runs at once. */
  readonly killSignal?: AbortSignal;
}

/**
 * Compiles a pipeline and runs it. Resolves when it has ended, also when steps failed: see `result.run.status`.
 *
 * @throws StepdockError where it cannot be compiled, or the engine fails
 */
export const run = async <P extends Schemas, R>(
  pipeline: Pipeline<P, R>,
  options: RunOptions<P> = {},
): Promise<RunResult<R>> => {
  const projectRoot = projectRootOf(process.cwd());
  await using house = await openHouse({
    workspaceRoot: workspaceRoot({ directory: options.workspace }),
    projectRoot,
  });
  const compiled = await compileHere(house, pipeline as unknown as Pipeline, options.parameters ?? {});
  const record = await runCompiled(house, compiled, {
    ...options,
    enableCache: options.cache,
    emit: options.onEvent ?? (() => {}),
    signals: signalsOf(options),
  });
  const steps = await house.workspace.metadata.listStepRuns(record.id);
  const outputs = async () => (await loadFresh(options, projectRoot, compiled, steps)) as never;
  return { run: record, steps, outputs };
};

const compileHere = (
  house: House,
  pipeline: Pipeline,
  parameters: Readonly<Record<string, unknown>>,
): Promise<CompiledPipeline> =>
  compile(pipeline, {
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }])),
    projectRoot: house.projectRoot,
    modules: (definitions) =>
      modulesOf(definitions, { projectRoot: house.projectRoot, outDir: house.workspace.paths.modules }),
    createdAt: new Date().toISOString(),
  });

const signalsOf = ({ signal, killSignal }: RunOptions) => ({
  signal: signal ?? new AbortController().signal,
  killSignal: killSignal ?? new AbortController().signal,
});

/** The house of the run is closed by the time that somebody asks for values. */
const loadFresh = async (
  options: { readonly workspace?: string },
  projectRoot: string,
  { snapshot }: CompiledPipeline,
  steps: RunResult["steps"],
): Promise<unknown> => {
  await using house = await openHouse({
    workspaceRoot: workspaceRoot({ directory: options.workspace }),
    projectRoot,
  });
  return await loadOutputs(house, snapshot, steps);
};
