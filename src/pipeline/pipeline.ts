import { type CallSite, callSites } from "./call-sites.ts";
import { mergeSecrets, mergeSettings } from "./merge.ts";
import type { PipelineOptions } from "./options.ts";
import type { Given, InvocationReference, NoSchemas, OutputHandle, Parsed, Schemas } from "./schema.ts";
import { type WiredInvocation, wire } from "./wiring.ts";

export const PIPELINE: unique symbol = Symbol.for("dev.stepdock.pipeline") as never;

/** What `define` may return: outputs of the pipeline by name, a single output, or nothing. */
export type PipelineOutputs =
  | Readonly<Record<string, OutputHandle<unknown>>>
  | OutputHandle<unknown>
  | InvocationReference
  | undefined;

export interface PipelineInit<P extends Schemas, R> extends PipelineOptions {
  /** Letters, digits, `_` and `-`. */
  readonly name: string;
  /** Values that a run may set, by name. */
  readonly parameters?: P;
  /** Wires invocations. Called each time that the pipeline is compiled; gets parsed parameters; must not be async. */
  readonly define: (parameters: Parsed<P>) => R;
}

/** A pipeline that was wired, not yet compiled. */
export interface WiredPipeline {
  readonly invocations: readonly WiredInvocation[];
  readonly returned: unknown;
}

export interface PipelineDefinition {
  readonly name: string;
  readonly parameters: Schemas;
  readonly options: PipelineOptions;
  readonly definedAt: readonly CallSite[];
  /** Runs `define` in the copy of this package that the pipeline was made with. */
  readonly wire: (parameters: Readonly<Record<string, unknown>>) => WiredPipeline;
}

/** Inert data until something compiles or runs it. `R` is what `define` returns. */
export interface Pipeline<P extends Schemas = Schemas, R = unknown> {
  readonly name: string;
  /** A pipeline that differs only in these options. */
  with(options: PipelineOptions): Pipeline<P, R>;
  readonly [PIPELINE]: PipelineDefinition;
  /** Types only: what a run takes and gives. */
  readonly "~types"?: { readonly parameters: Given<P>; readonly outputs: R };
}

/** Defines a pipeline: a named function that wires invocations of steps. */
/* @__NO_SIDE_EFFECTS__ */
// biome-ignore lint/suspicious/noConfusingVoidType: `define` may return nothing
export function pipeline<P extends Schemas = NoSchemas, R extends PipelineOutputs | void = void>(
  init: PipelineInit<P, R>,
): Pipeline<P, R> {
  const { name, parameters, define, ...options } = init;
  return configured<P, R>({
    name,
    parameters: parameters ?? {},
    options,
    definedAt: callSites(),
    wire: (values) => wire(name, () => define(values as Parsed<P>)),
  });
}

const configured = <P extends Schemas, R>(definition: PipelineDefinition): Pipeline<P, R> =>
  Object.freeze({
    name: definition.name,
    with: (options: PipelineOptions) => configured<P, R>(reconfigured(definition, options)),
    [PIPELINE]: Object.freeze(definition),
  });

const reconfigured = (definition: PipelineDefinition, options: PipelineOptions): PipelineDefinition => ({
  ...definition,
  options: {
    ...definition.options,
    ...options,
    ...(definition.options.settings || options.settings
      ? { settings: mergeSettings(definition.options.settings, options.settings) }
      : {}),
    ...(definition.options.environment || options.environment
      ? { environment: { ...definition.options.environment, ...options.environment } }
      : {}),
    ...mergeSecrets(definition.options, options),
  },
});

/** Whether a value is a pipeline, also one that another copy of this package made. */
export const isPipeline = (value: unknown): value is Pipeline =>
  typeof value === "object" && value !== null && PIPELINE in value;
