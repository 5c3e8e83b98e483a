import { StepdockError } from "../errors/error.ts";

/** A pipeline whose steps do not fit together. */
export class WiringError extends StepdockError {
  readonly code = "wiring_invalid";

  static outsidePipeline(stepName: string): WiringError {
    return new WiringError(
      `Step "${stepName}" was called outside a pipeline. Call it inside the \`define\` of a pipeline, ` +
        `or use \`${stepName}.run(inputs)\` to call its function directly.`,
    );
  }

  static badArgument(pipelineName: string, id: string, given: unknown): WiringError {
    return new WiringError(
      `Pipeline "${pipelineName}", invocation "${id}": a step takes its inputs by name, such as ` +
        `${id}({ input: … }), but got ${given === null ? "null" : typeof given}.`,
    );
  }

  static noValueYet(id: string, output: string): WiringError {
    return new WiringError(
      `Output "${output}" of "${id}" has no value while the pipeline is wired, so nothing can be computed from it ` +
        "there. Give it to a step as an input, and compute in that step.",
    );
  }

  static badAfter(pipelineName: string, id: string, reference: unknown): WiringError {
    return new WiringError(
      `Pipeline "${pipelineName}", invocation "${id}": \`after\` takes invocation ids, or what calling a step ` +
        `returned, but got ${reference === null ? "null" : typeof reference}.`,
    );
  }
}

/** Two invocations that ask for the same id. */
export class DuplicateInvocationError extends StepdockError {
  readonly code = "duplicate_invocation";
  readonly pipelineName: string;
  readonly invocationId: string;

  constructor(pipelineName: string, invocationId: string) {
    super(
      `Pipeline "${pipelineName}" has two invocations with the id "${invocationId}". ` +
        "Give one of them another id: `step.with({ id: … })`.",
    );
    this.pipelineName = pipelineName;
    this.invocationId = invocationId;
  }
}

/** A container step was asked for what only its container can do. */
export class ContainerStepError extends StepdockError {
  readonly code = "not_supported";

  static calledDirectly(stepName: string): ContainerStepError {
    return new ContainerStepError(
      `Step "${stepName}" is a container step: it has a command in an image, and no function that could be called ` +
        "directly. Call it inside the `define` of a pipeline, and run that.",
    );
  }
}
