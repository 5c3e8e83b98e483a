import { StepdockError } from "../errors/error.ts";
import { didYouMean } from "../util/nearest.ts";
import { userStack } from "../util/user-stack.ts";

/** A pipeline that cannot be compiled. */
export class PipelineError extends StepdockError {
  readonly code = "pipeline_invalid";

  static unknownUpstream(
    pipelineName: string,
    id: string,
    upstream: string,
    invocations: Readonly<Record<string, unknown>>,
  ): PipelineError {
    const known = Object.keys(invocations);
    return new PipelineError(
      `Pipeline "${pipelineName}", invocation "${id}" comes after "${upstream}", which is no invocation of this ` +
        `pipeline. It has: ${known.join(", ")}.${didYouMean(upstream, known)}`,
    );
  }

  static defineThrew(
    pipelineName: string,
    error: unknown,
    mapStack: (stack: string) => string,
  ): PipelineError {
    const told = userStack(error, mapStack);
    return new PipelineError(`The \`define\` of pipeline "${pipelineName}" threw ${told}`, { cause: error });
  }
}

/** A value for a parameter of a pipeline, or of a step, that does not fit. */
export class ParameterError extends StepdockError {
  readonly code = "parameter_invalid";
  readonly parameter: string;

  constructor(parameter: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.parameter = parameter;
  }

  static unknown(pipelineName: string, name: string, known: readonly string[]): ParameterError {
    const hint =
      known.length === 0 ? "It has none." : `It has: ${known.join(", ")}.${didYouMean(name, known)}`;
    return new ParameterError(name, `Pipeline "${pipelineName}" has no parameter "${name}". ${hint}`);
  }
}

/** An input wired to something that can never be of its type, missing, or unknown. */
export class InputWiringError extends StepdockError {
  readonly code = "wiring_invalid";
  readonly pipelineName: string;
  readonly invocationId: string;
  readonly input: string;

  constructor(at: { pipelineName: string; invocationId: string; input: string }, what: string) {
    super(`Pipeline "${at.pipelineName}", invocation "${at.invocationId}", input "${at.input}": ${what}`);
    this.pipelineName = at.pipelineName;
    this.invocationId = at.invocationId;
    this.input = at.input;
  }
}

/** A step that its container could not load. */
export class StepNotExportedError extends StepdockError {
  readonly code = "step_not_exported";
  readonly stepName: string;

  constructor(stepName: string, definedAt: string) {
    super(
      `Step "${stepName}" (defined at ${definedAt}) is not an export of its module, so its container cannot load it. ` +
        `Write \`export const ${identifier(stepName)} = step({ … })\` at the top level of that module.`,
    );
    this.stepName = stepName;
  }
}

/** A hook of a pipeline that nothing could load from outside of its module. */
export class HookNotExportedError extends StepdockError {
  readonly code = "hook_not_exported";
  readonly pipelineName: string;
  readonly hook: string;

  constructor(pipelineName: string, hook: string) {
    super(
      `The ${hook} of pipeline "${pipelineName}" is not an export of a module that the pipeline's file imports, so it ` +
        `cannot be loaded where it is to be called. Write \`export const notify = …\` at the top level of a module, and ` +
        `\`${hook}: notify\` in the pipeline.`,
    );
    this.pipelineName = pipelineName;
    this.hook = hook;
  }
}

const identifier = (name: string): string =>
  name.replace(/[^A-Za-z0-9]+(.)?/g, (_, next = "") => next.toUpperCase());
