import { randomUUID } from "node:crypto";
import { CyclicGraphError } from "../dag/errors.ts";
import { topsortedLayers } from "../dag/topsort.ts";
import { isStepdockError } from "../errors/error.ts";
import type { PipelineSnapshot } from "../model/index.ts";
import {
  PIPELINE,
  type Pipeline,
  type PipelineDefinition,
  type WiredPipeline,
} from "../pipeline/pipeline.ts";
import { isHandle } from "../pipeline/schema.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import type { WiredInvocation } from "../pipeline/wiring.ts";
import { deepFreeze } from "../util/deep-freeze.ts";
import { encodeTagged } from "../util/tagged.ts";
import { bundleHooks, isStepHook, type PipelineHookBundles, runHooks } from "./bundle-hooks.ts";
import type { StepBundle } from "./bundle-step.ts";
import { bundleSteps, type LocatedBundle } from "./bundle-steps.ts";
import type { CompileStore } from "./cache/step-cache.ts";
import { checkName, checkOptions } from "./check-options.ts";
import { uncalledHooks } from "./compile-container.ts";
import { compileInvocation } from "./compile-invocation.ts";
import { PipelineError } from "./errors.ts";
import type { Defined } from "./load-modules.ts";
import type { LoadedModules } from "./locate-step.ts";
import { type ParameterValue, parseParameters } from "./parameters.ts";
import { pipelineOutputs, refuseAsync } from "./pipeline-outputs.ts";
import type { FindArtifact } from "./settle-stored.ts";

export interface CompileOptions {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The directory that sources are named from: the one of the nearest package.json. */
  readonly projectRoot: string;
  /** The user's modules, asked for once the steps are known, and once more for hooks of the pipeline. */
  readonly modules: (definitions: readonly Defined[]) => Promise<LoadedModules>;
  readonly createdAt: string;
  /** Where bundles of earlier compilations are found again. Absent: everything is bundled. */
  readonly store?: CompileStore | undefined;
  /** Finds the artifacts of earlier runs that are inputs. */
  readonly findArtifact?: FindArtifact | undefined;
}

export interface CompiledPipeline {
  readonly snapshot: PipelineSnapshot;
  /** Code hash → bundle, of steps and of hooks of the pipeline. */
  readonly bundles: ReadonlyMap<string, StepBundle>;
}

/** Compiles a pipeline to frozen, JSON-safe data and the code of its steps. Touches no engine and no database. */
export const compile = async (pipeline: Pipeline, options: CompileOptions): Promise<CompiledPipeline> => {
  const definition = pipeline[PIPELINE];
  checkName("pipeline", definition.name);
  checkOptions(definition);
  const parameters = await parseParameters(definition, options.parameters);
  const { invocations, returned } = await wire(definition, parameters, options);
  refuseAsync(definition.name, returned);
  if (invocations.length === 0) throw empty(definition.name);
  const bundles = await bundleSteps(invocations, options);
  const hooks = await bundleHooks(definition, invocations, options);
  const snapshot = await assemble(pipeline, { invocations, returned, parameters, bundles, hooks }, options);
  return { snapshot: deepFreeze(snapshot), bundles: byHash([...bundles.values(), ...hooks.values()]) };
};

/** Runs `define`. What it throws by itself is told with the place in the user's source. */
const wire = async (
  definition: PipelineDefinition,
  parameters: Readonly<Record<string, unknown>>,
  { modules }: CompileOptions,
): Promise<WiredPipeline> => {
  try {
    return definition.wire(parameters);
  } catch (error) {
    if (isStepdockError(error)) throw error;
    const { mapStack = (stack: string) => stack } = await modules([]);
    throw PipelineError.defineThrew(definition.name, error, mapStack);
  }
};

interface Parts {
  readonly invocations: readonly WiredInvocation[];
  readonly returned: unknown;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly bundles: ReadonlyMap<StepDefinition, LocatedBundle>;
  readonly hooks: PipelineHookBundles;
}

const assemble = async (
  pipeline: Pipeline,
  parts: Parts,
  options: CompileOptions,
): Promise<PipelineSnapshot> => {
  const definition = pipeline[PIPELINE];
  const compiled = await Promise.all(
    parts.invocations.map((invocation) =>
      compileInvocation(definition, invocation, { ...parts, findArtifact: options.findArtifact }),
    ),
  );
  const invocations = Object.fromEntries(compiled.map((invocation) => [invocation.id, invocation]));
  checkGraph(definition.name, invocations);
  const { enableCache, stack, runName, executionMode, timeout, schedule } = definition.options;
  return {
    formatVersion: 1,
    id: randomUUID(),
    createdAt: options.createdAt,
    pipelineName: definition.name,
    runNameTemplate: runName ?? `${definition.name}-{date}-{time}`,
    parameters: encodeAll(parts.parameters),
    ...(enableCache === undefined ? {} : { enableCache }),
    executionMode: executionMode ?? "continue_on_failure",
    ...(timeout === undefined ? {} : { timeout }),
    invocations,
    outputs: pipelineOutputs(definition.name, parts.returned),
    anonymousOutput: isHandle(parts.returned),
    ...runHooks(parts.hooks),
    ...(schedule === undefined ? {} : { schedule }),
    ...(stack === undefined ? {} : { stack }),
    warnings: [
      ...new Set(
        [...parts.bundles.values(), ...parts.hooks.values()].flatMap(({ bundle }) => bundle.warnings),
      ),
      ...uncalledHooks(compiled, [...parts.hooks.keys()].filter(isStepHook)),
    ],
  };
};

const encodeAll = (values: Readonly<Record<string, unknown>>): PipelineSnapshot["parameters"] =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, structuredClone(encodeTagged(value))]),
  );

/** Every upstream exists and none is its own: the order is computed once to see it. */
const checkGraph = (pipelineName: string, invocations: PipelineSnapshot["invocations"]): void => {
  for (const { id, upstreams } of Object.values(invocations)) {
    const unknown = upstreams.find((upstream) => !(upstream in invocations));
    if (unknown !== undefined) throw PipelineError.unknownUpstream(pipelineName, id, unknown, invocations);
  }
  try {
    layersOf(invocations);
  } catch (error) {
    throw error instanceof CyclicGraphError ? error.inPipeline(pipelineName) : error;
  }
};

/** Invocation ids in topsort layers. Throws `CyclicGraphError`. */
export const layersOf = (invocations: PipelineSnapshot["invocations"]): string[][] => {
  const downstreams = new Map<string, string[]>(Object.keys(invocations).map((id) => [id, []]));
  for (const { id, upstreams } of Object.values(invocations)) {
    for (const upstream of upstreams) downstreams.get(upstream)?.push(id);
  }
  return topsortedLayers(
    Object.keys(invocations),
    (id) => id,
    (id) => invocations[id]?.upstreams ?? [],
    (id) => downstreams.get(id) ?? [],
  );
};

const byHash = (bundles: readonly LocatedBundle[]): ReadonlyMap<string, StepBundle> =>
  new Map(bundles.map(({ bundle }) => [bundle.codeHash, bundle]));

const empty = (pipelineName: string): PipelineError =>
  new PipelineError(
    `Pipeline "${pipelineName}" calls no step, so there is nothing to run. Call at least one in its \`define\`.`,
  );
