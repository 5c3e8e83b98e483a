import type * as z from "zod";
import { type CallSite, callSites } from "./call-sites.ts";
import type { ContainerDefinition } from "./container.ts";
import { directContext, type StepContext } from "./context.ts";
import { ContainerStepError } from "./errors.ts";
import { fileBrand, type OutputPlace } from "./file-brand.ts";
import { type StepHooks, splitHooks } from "./hooks.ts";
import { mergeInvocationOptions } from "./merge.ts";
import type { InvocationOptions, StepOptions } from "./options.ts";
import type {
  ArgumentOf,
  Given,
  InvocationReference,
  NoSchemas,
  OutputHandle,
  Parsed,
  Places,
  Schema,
  Schemas,
  Wired,
  Written,
  WrittenOne,
} from "./schema.ts";
import { invoke } from "./wiring.ts";

export const STEP: unique symbol = Symbol.for("dev.stepdock.step") as never;

/** The name that a single anonymous output goes by. */
export const ANONYMOUS_OUTPUT = "output";

/** A step as it was defined; what the compiler and the container read. */
export interface StepDefinition {
  readonly name: string;
  readonly inputs: Schemas;
  /** By name; a single anonymous output is named `output`. */
  readonly outputs: Schemas;
  /** Whether the function returns its one output bare. */
  readonly anonymousOutput: boolean;
  readonly options: StepOptions;
  readonly hooks: StepHooks;
  readonly definedAt: readonly CallSite[];
  readonly run: (inputs: Readonly<Record<string, unknown>>, context: StepContext) => unknown;
  /** Present: a command in an image takes the place of `run`. */
  readonly container?: ContainerDefinition;
}

type Awaitable<T> = T | PromiseLike<T>;

type Returned<O extends Schemas, S extends Schema> = [S] extends [never]
  ? [keyof O] extends [never]
    ? // biome-ignore lint/suspicious/noConfusingVoidType: a step without outputs returns nothing
      void
    : Written<O>
  : WrittenOne<S>;

type ContextOf<O extends Schemas, S extends Schema> = StepContext<
  [S] extends [never] ? Places<O> : Places<{ readonly [ANONYMOUS_OUTPUT]: S }>
>;

type Produced<O extends Schemas, S extends Schema> = [S] extends [never]
  ? [keyof O] extends [never]
    ? undefined
    : Parsed<O>
  : z.output<S>;

type Handles<O extends Schemas, S extends Schema> = [S] extends [never]
  ? InvocationReference & { readonly [K in keyof O]: OutputHandle<z.output<O[K]>> }
  : OutputHandle<z.output<S>>;

/** What `step` takes. `I` and `O` are records of zod schemas, `S` the schema of a single anonymous output. */
export interface StepInit<I extends Schemas, O extends Schemas, S extends Schema>
  extends StepOptions,
    StepHooks {
  /** Letters, digits, `_` and `-`; the first invocation in a pipeline has it as its id. */
  readonly name: string;
  readonly inputs?: I;
  readonly outputs?: O;
  readonly output?: S;
  /** The work. Gets parsed inputs, returns what the output schemas accept. */
  readonly run: (inputs: Parsed<I>, context: ContextOf<O, S>) => Awaitable<Returned<O, S>>;
}

/** A typed function that can be wired into pipelines and run in a container of its own. */
export interface Step<I extends Schemas = Schemas, O extends Schemas = Schemas, S extends Schema = never> {
  /** Inside `define`: adds an invocation to the pipeline and returns handles of its outputs. */
  (...args: ArgumentOf<Wired<I>>): Handles<O, S>;
  readonly name: string;
  /** A step that differs only in these options. */
  with(options: InvocationOptions): Step<I, O, S>;
  /** Calls the function here and now, inputs and outputs parsed: for unit tests. */
  run(inputs: Given<I>, context?: Partial<StepContext>): Promise<Produced<O, S>>;
  readonly [STEP]: { readonly definition: StepDefinition; readonly options: InvocationOptions };
}

/**
 * Defines a step. It must be an export of its module, so that its container can load it.
 *
 * @throws nothing: a definition is checked when a pipeline with it is compiled.
 */
/* @__NO_SIDE_EFFECTS__ */
export function step<I extends Schemas = NoSchemas, O extends Schemas = NoSchemas, S extends Schema = never>(
  init: StepInit<I, O, S>,
): Step<I, O, S> {
  const { name, inputs = {}, outputs, output, run, ...rest } = init;
  const { hooks, options } = splitHooks(rest);
  const definition: StepDefinition = {
    name,
    inputs,
    outputs: output === undefined ? (outputs ?? {}) : { [ANONYMOUS_OUTPUT]: output },
    anonymousOutput: output !== undefined,
    options,
    hooks,
    definedAt: callSites(),
    run: run as StepDefinition["run"],
  };
  return configured(definition, {}) as unknown as Step<I, O, S>;
}

/** A step of this definition, with these options of its own. */
export const configured = (definition: StepDefinition, options: InvocationOptions): Step => {
  const call = (args: Readonly<Record<string, unknown>> = {}) => invoke(definition, options, args);
  Object.defineProperty(call, "name", { value: definition.name });
  return Object.freeze(
    Object.assign(call, {
      with: (more: InvocationOptions) => configured(definition, mergeInvocationOptions(options, more)),
      run: (inputs: Readonly<Record<string, unknown>>, context?: Partial<StepContext>) =>
        runDirectly(definition, inputs, context),
      [STEP]: Object.freeze({ definition, options }),
    }),
  ) as unknown as Step;
};

const runDirectly = async (
  definition: StepDefinition,
  inputs: Readonly<Record<string, unknown>>,
  context?: Partial<StepContext>,
): Promise<unknown> => {
  if (definition.container) throw ContainerStepError.calledDirectly(definition.name);
  const parsed = await parseEach(definition.inputs, inputs);
  const places = { ...(await temporaryPlaces(definition.outputs)), ...context?.outputs };
  const returned = await definition.run(
    parsed,
    directContext(definition.name, { ...context, outputs: places }),
  );
  const named = definition.anonymousOutput ? { [ANONYMOUS_OUTPUT]: returned } : returned;
  const outputs = await parseEach(definition.outputs, {
    ...writtenAt(definition.outputs, places),
    ...given(named),
  });
  if (definition.anonymousOutput) return outputs[ANONYMOUS_OUTPUT];
  return Object.keys(definition.outputs).length === 0 ? undefined : outputs;
};

type PlacesByName = Readonly<Record<string, OutputPlace>>;

const temporaryPlaces = async (outputs: Schemas): Promise<PlacesByName> => {
  const places: Record<string, OutputPlace> = {};
  for (const [name, schema] of Object.entries(outputs)) {
    const brand = fileBrand(schema);
    if (brand) places[name] = { path: await brand.temporary(name) };
  }
  return places;
};

const writtenAt = (outputs: Schemas, places: PlacesByName): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(places).map(([name, { path }]) => [
      name,
      outputs[name] && fileBrand(outputs[name])?.at(path),
    ]),
  );

/** Without what was left out. */
const given = (named: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(named ?? {}).filter(([, value]) => value !== undefined));

const parseEach = async (schemas: Schemas, values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(schemas).map(
        async ([name, schema]) => [name, await schema.parseAsync(values[name])] as const,
      ),
    ),
  );

/** Whether a value is a step, also one that another copy of this package made. */
export const isStep = (value: unknown): value is Step => typeof value === "function" && STEP in value;
