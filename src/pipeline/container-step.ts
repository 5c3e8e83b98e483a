import { callSites } from "./call-sites.ts";
import type { CommandContext, CommandElement, ContainerDefinition, ImageSource } from "./container.ts";
import { ContainerStepError } from "./errors.ts";
import type { StepOptions } from "./options.ts";
import type { NoSchemas, Schema, Schemas } from "./schema.ts";
import { ANONYMOUS_OUTPUT, configured, type Step } from "./step.ts";

/** What `containerStep` takes besides the image. `I` and `O` are records of zod schemas, `S` that of a single output. */
export interface ContainerStepParts<I extends Schemas, O extends Schemas, S extends Schema>
  extends StepOptions {
  /** Letters, digits, `_` and `-`; the first invocation in a pipeline has it as its id. */
  readonly name: string;
  readonly inputs?: I;
  readonly outputs?: O;
  readonly output?: S;
  /** Replaces the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  /** What is run, or the arguments of the entrypoint. Absent: the image's own command. No shell reads it. */
  readonly command?: readonly CommandElement<CommandContext<I, O, S>>[];
  /** Follow what `command` gives; without a command they are the arguments of the entrypoint, as it is then, too. */
  readonly args?: readonly CommandElement<CommandContext<I, O, S>>[];
  /** Directory that the command starts in. Default: the image's. */
  readonly workdir?: string;
}

export type ContainerStepInit<I extends Schemas, O extends Schemas, S extends Schema> = ContainerStepParts<
  I,
  O,
  S
> &
  ImageSource;

/**
 * Defines a step that runs a command in any image, with nothing of stepdock in it. It must be an export of its module.
 * The command finds its inputs below `/stepdock/inputs`, writes its outputs below `/stepdock/outputs`, and has succeeded
 * if its exit code is 0 and each declared output is there and of its type.
 *
 * @throws nothing: a definition is checked when a pipeline with it is compiled.
 */
/* @__NO_SIDE_EFFECTS__ */
export function containerStep<
  I extends Schemas = NoSchemas,
  O extends Schemas = NoSchemas,
  S extends Schema = never,
>(init: ContainerStepInit<I, O, S>): Step<I, O, S> {
  const { name, inputs = {}, outputs, output, ...rest } = init;
  const { image, build, entrypoint, command = [], args, workdir, ...options } = rest;
  const container = { image, build, entrypoint, command, args, workdir } as ContainerDefinition;
  const definition = {
    ...{ name, inputs, options, container, hooks: {} },
    outputs: output === undefined ? (outputs ?? {}) : { [ANONYMOUS_OUTPUT]: output },
    anonymousOutput: output !== undefined,
    definedAt: callSites(),
    run: () => {
      throw ContainerStepError.calledDirectly(name);
    },
  };
  return configured(definition, {}) as unknown as Step<I, O, S>;
}
