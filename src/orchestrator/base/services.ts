import type { Scheduling } from "../../dag/dag-plan.ts";
import type { EventSink, PipelineRun, PipelineSnapshot } from "../../model/index.ts";
import type { ComponentServices } from "../../stack/services.ts";
import type { ExecutionSignals } from "../../step-launcher/port.ts";

/** What an orchestrator may use of the house, besides its stack. */
export type OrchestratorServices = ComponentServices;

/** What a plan is made of. */
export interface PlanRequest {
  readonly snapshot: PipelineSnapshot;
  /** Code hash → bundle of a step. */
  readonly bundles: ReadonlyMap<string, { readonly code: string }>;
  /** What the engine says while a parent image is pulled, one line a call. */
  readonly onOutput?: ((line: string) => void) | undefined;
}

/** Invocation → output → artifact id. */
export type GivenOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How a run may be made faster; each has a default of its orchestrator's. */
export interface SpeedOptions {
  /** Steps whose containers are made ready before they are needed; 0: none. */
  readonly lookahead?: number | undefined;
  /** How many of these may be made at a time. */
  readonly concurrentStarts?: number | undefined;
  /** The order among ready steps. */
  readonly scheduling?: Scheduling | undefined;
}

/** One run as it is asked for. */
export interface RunRequest extends SpeedOptions {
  readonly snapshot: PipelineSnapshot;
  /** Code hash → bundle of a step. */
  readonly bundles: ReadonlyMap<string, { readonly code: string; readonly map: string }>;
  readonly projectRoot: string;
  readonly emit: EventSink;
  readonly signals: ExecutionSignals;
  /** Where secrets are looked up that are not in this process's environment; default: `.env` in `projectRoot`. */
  readonly envFile?: string | undefined;
  /** False: nothing is taken from earlier runs. */
  readonly enableCache?: boolean | undefined;
  /** Template; default: the snapshot's. */
  readonly runName?: string | undefined;
  readonly maxParallelism?: number | undefined;
  /** Artifacts that invocations of another run made, for those that take them here: invocation → output → artifact id. */
  readonly given?: GivenOutputs | undefined;
  /** The run whose images a new one goes on with, as far as it built any. */
  readonly imagesOf?: PipelineRun | undefined;
  /** The record of an interrupted run that is to go on, instead of a new one. */
  readonly resume?: PipelineRun | undefined;
}
