import type { Assignment, Failure, StepResult } from "../model/index.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import type { AttemptRunner, AttemptRunnerOptions } from "./attempt-runner.ts";
import { HookCalls } from "./hook-calls.ts";
import { hookError } from "./hook-error.ts";
import { Interruptible } from "./interruptible.ts";
import { stepContext } from "./step-context.ts";

export interface HookRunnerOptions extends AttemptRunnerOptions {
  /** Undefined where the step's module could not be loaded: hooks of the pipeline are called all the same. */
  readonly definition: StepDefinition | undefined;
}

/** Calls hooks alone, for an attempt whose own process was killed before it could. */
export class HookRunner implements AttemptRunner {
  readonly settled = true;
  readonly #options: HookRunnerOptions;
  readonly #phase = new Interruptible();
  #stepRunId = "";
  #calls: HookCalls | undefined;

  constructor(options: HookRunnerOptions) {
    this.#options = options;
  }

  async run(assignment: Assignment): Promise<StepResult> {
    const { definition, bundles } = this.#options;
    const { names = [], failure } = assignment.hook ?? {};
    const context = stepContext(assignment, this.#options);
    this.#stepRunId = assignment.stepRunId;
    this.#calls = new HookCalls({
      ...{ own: definition?.hooks ?? {}, bindings: assignment.hooks, bundles, context, phase: this.#phase },
    });
    for (const name of names) await this.#calls.call(name, failure && hookError(failure));
    return this.#result();
  }

  interrupt(reason: unknown): boolean {
    return this.#phase.interrupt(reason);
  }

  cutShort(failure: Failure): StepResult {
    return this.#result(failure);
  }

  #result(cutShort?: Failure): StepResult {
    const outcome = {
      formatVersion: 1,
      stepRunId: this.#stepRunId,
      status: "completed",
      outputs: {},
    } as const;
    return { ...outcome, ...this.#calls?.report(cutShort) };
  }
}
