import { type CompiledPipeline, compile } from "../compiler/compile.ts";
import { modulesOf } from "../compiler/load-modules.ts";
import { type House, openExistingHouse, openHouseHere } from "../composition.ts";
import { type EventSink, NO_LISTENER, type PipelineRun, type PipelineSnapshot } from "../model/index.ts";
import type { SpeedOptions } from "../orchestrator/base/services.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { Given, Schemas } from "../pipeline/schema.ts";
import { compileStore } from "./compile-store.ts";
import { artifactFinder } from "./find-artifact.ts";
import { type Plan, planCompiled, planPlace } from "./plan.ts";
import { loadOutputs, type RunResult } from "./result.ts";
import { resumeRun } from "./resume.ts";
import { runCompiled } from "./run-compiled.ts";

/** What every way of running takes. */
export interface ConductOptions extends SpeedOptions {
  readonly maxParallelism?: number;
  /** Directory of the workspace; default: `STEPDOCK_HOME`, else `.stepdock` beside the nearest package.json. */
  readonly workspace?: string;
  /** Where secrets are looked up that are not in the environment. Default: `.env` beside the nearest package.json. */
  readonly envFile?: string;
  readonly onEvent?: EventSink;
  /** Stops the run gracefully. */
  readonly signal?: AbortSignal;
  /** Ends what runs at once. */
  readonly killSignal?: AbortSignal;
}

export interface PlanOptions<P extends Schemas = Schemas> {
  readonly parameters?: Given<P>;
  /** Default: the pipeline's own, else the active one, which is `local_docker` unless another was set. */
  readonly stack?: string;
  /** False: nothing is taken from earlier runs. */
  readonly cache?: boolean;
  readonly workspace?: string;
}

export interface RunOptions<P extends Schemas = Schemas> extends PlanOptions<P>, ConductOptions {
  readonly workspace?: string;
  /** Template of the run's name. */
  readonly runName?: string;
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
  await using house = await openHouseHere(options);
  const compiled = await compileHere(house, pipeline as unknown as Pipeline, options.parameters ?? {});
  const record = await runCompiled(house, compiled, {
    ...{ ...options, enableCache: options.cache },
    ...{ emit: emitOf(options), signals: signalsOf(options) },
  });
  return await resultOf<R>(house, record, compiled.snapshot, options);
};

/**
 * Goes on with a run whose process died: see `stepdock resume`.
 *
 * @param reference an id, an unambiguous beginning of one, a name, or `latest`
 * @throws RunFinishedError, RunLockedError, BundleMissingError, NoWorkspaceError
 */
export const resume = async (reference: string, options: ConductOptions = {}): Promise<RunResult> => {
  await using house = await openExistingHouse(options);
  const { run: record, snapshot } = await resumeRun(house, reference, {
    ...{ ...options, emit: emitOf(options), signals: signalsOf(options) },
  });
  return await resultOf(house, record, snapshot, options);
};

/** Tells what a run would do, and why: builds nothing and creates no container. */
export const plan = async <P extends Schemas, R>(
  pipeline: Pipeline<P, R>,
  options: PlanOptions<P> = {},
): Promise<Plan> => {
  await using house = await openHouseHere(options);
  const compiled = await compileHere(house, pipeline as unknown as Pipeline, options.parameters ?? {});
  const stack = await house.stack(options.stack ?? compiled.snapshot.stack);
  return await planCompiled(house, compiled, await planPlace(stack, compiled), {
    enableCache: options.cache,
  });
};

const emitOf = ({ onEvent }: ConductOptions): EventSink => onEvent ?? NO_LISTENER;

const resultOf = async <R>(
  house: House,
  record: PipelineRun,
  snapshot: PipelineSnapshot,
  options: { readonly workspace?: string },
): Promise<RunResult<R>> => {
  const steps = await house.workspace.metadata.listStepRuns(record.id);
  return { run: record, steps, outputs: async () => (await loadFresh(options, snapshot, steps)) as never };
};

const compileHere = async (
  house: House,
  pipeline: Pipeline,
  parameters: Readonly<Record<string, unknown>>,
): Promise<CompiledPipeline> => {
  const { projectRoot, workspace } = house;
  await using store = compileStore(workspace.paths);
  return await compile(pipeline, {
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }])),
    projectRoot,
    modules: (definitions) => modulesOf(definitions, { projectRoot, outDir: workspace.paths.modules, store }),
    createdAt: new Date().toISOString(),
    store,
    findArtifact: artifactFinder(workspace.metadata),
  });
};

const signalsOf = ({ signal, killSignal }: ConductOptions) => ({
  signal: signal ?? new AbortController().signal,
  killSignal: killSignal ?? new AbortController().signal,
});

/** The house of the run is closed by the time that somebody asks for values. */
const loadFresh = async (
  options: { readonly workspace?: string },
  snapshot: PipelineSnapshot,
  steps: RunResult["steps"],
): Promise<unknown> => {
  await using house = await openHouseHere(options);
  return await loadOutputs(house, snapshot, steps);
};
