import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MaterializerError, OutputWriteError } from "../artifact/errors.ts";
import { AUTO } from "../artifact/materializers/registry.ts";
import type { ArtifactStore } from "../artifact/port.ts";
import { storeOutput } from "../artifact/store-output.ts";
import type { Assignment, Failure, StepResult, StoredOutput } from "../model/index.ts";
import type { StepContext } from "../pipeline/context.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import { EncodingError } from "../util/encoding-error.ts";
import type { AttemptRunner, AttemptRunnerOptions } from "./attempt-runner.ts";
import { checkOutputs } from "./check-outputs.ts";
import { StepFailure, thrownFailure } from "./failures.ts";
import { HookCalls } from "./hook-calls.ts";
import { hookError } from "./hook-error.ts";
import { Interruptible } from "./interruptible.ts";
import { loadInputs } from "./load-inputs.ts";
import { registryOf } from "./materializers.ts";
import { stepContext } from "./step-context.ts";
import { outputPlaces } from "./written-outputs.ts";

export interface StepRunnerOptions extends AttemptRunnerOptions {
  readonly definition: StepDefinition;
  readonly store: ArtifactStore;
}

/** How the step itself ended, with what hooks are given for a failure. */
interface Ended {
  readonly outcome: StepResult;
  readonly error?: Error;
}

/**
 * Runs one step here: reads its inputs, calls its function, stores its outputs, calls its hooks. ZenML's `StepRunner`.
 * It publishes nothing; how the step ended is its return value, and it never rejects for what a step does.
 */
export class StepRunner implements AttemptRunner {
  readonly #options: StepRunnerOptions;
  readonly #phase = new Interruptible();
  #stepRunId = "";
  #calls: HookCalls | undefined;
  #outcome: StepResult | undefined;

  constructor(options: StepRunnerOptions) {
    this.#options = options;
  }

  get settled(): boolean {
    return this.#outcome !== undefined;
  }

  async run(assignment: Assignment): Promise<StepResult> {
    const { definition, bundles } = this.#options;
    const context = this.#contextOf(assignment);
    const calls = new HookCalls({
      ...{ own: definition.hooks, bindings: assignment.hooks, bundles, context, phase: this.#phase },
    });
    this.#stepRunId = assignment.stepRunId;
    this.#calls = calls;
    await calls.call("onStart");
    const ended = await this.#attempt(assignment, context);
    this.#outcome = ended.outcome;
    if (isLast(ended.outcome, assignment)) await this.#conclude(calls, ended);
    return { ...ended.outcome, ...calls.report() };
  }

  #contextOf(assignment: Assignment): StepContext {
    const options = this.#options;
    const outputs = outputPlaces(options.definition.outputs, assignment, options.store);
    return stepContext(assignment, {
      ...{ log: options.log, outputs },
      get signal() {
        return options.signal;
      },
    });
  }

  interrupt(reason: unknown): boolean {
    return this.#phase.interrupt(reason);
  }

  cutShort(failure: Failure): StepResult {
    const outcome = this.#outcome ?? this.#failed(failure);
    return { ...outcome, ...this.#calls?.report(this.#outcome && failure) };
  }

  async #attempt(assignment: Assignment, context: StepContext): Promise<Ended> {
    const { stepRunId } = assignment;
    try {
      const outputs = await this.#phase.run(() => this.#execute(assignment, context));
      return { outcome: { formatVersion: 1, stepRunId, status: "completed", outputs } };
    } catch (thrown) {
      const failure = failureOf(thrown);
      return { outcome: this.#failed(failure), error: hookError(failure, thrown) };
    }
  }

  /** Once the step was asked to stop there is no time left: whoever asked calls the hooks, if they are due at all. */
  async #conclude(calls: HookCalls, { outcome, error }: Ended): Promise<void> {
    const first = outcome.status === "completed" ? "onSuccess" : "onFailure";
    for (const hook of [first, "onEnd"] as const) {
      if (this.#options.signal.aborted) return;
      await calls.call(hook, error);
    }
  }

  #failed(failure: Failure): StepResult {
    return { formatVersion: 1, stepRunId: this.#stepRunId, status: "failed", failure };
  }

  async #execute(assignment: Assignment, context: StepContext): Promise<Record<string, StoredOutput>> {
    const { definition, store } = this.#options;
    const inputs = await loadInputs(definition, assignment, store);
    const returned = await definition.run(inputs, context);
    const values = await checkOutputs(definition, returned, (output) =>
      this.#directoryOf(output, assignment),
    );
    return await this.#store(values, assignment);
  }

  async #store(values: Readonly<Record<string, unknown>>, assignment: Assignment) {
    const stored: Record<string, StoredOutput> = {};
    const registry = registryOf(this.#options.definition);
    for (const [name, value] of Object.entries(values)) {
      const directory = this.#directoryOf(name, assignment);
      const { materializer = AUTO } = assignment.outputs[name] ?? {};
      stored[name] = await storeOutput(value, { directory, materializer, registry }).catch(async (error) => {
        await this.#discard(assignment);
        throw ofOutput(name, error);
      });
    }
    return stored;
  }

  #directoryOf(output: string, assignment: Assignment): string {
    const target = assignment.outputs[output];
    if (!target) throw new Error(`The assignment has no place for output "${output}".`);
    return this.#options.store.path(target.uri);
  }

  /** What was written so far may be what fills the disk that the result has to go to. */
  async #discard({ outputs }: Assignment): Promise<void> {
    const directories = Object.values(outputs).map(({ uri }) => this.#options.store.path(uri));
    await Promise.allSettled(directories.map(emptyDirectory));
  }
}

/** A failure that is to be tried again is no end. */
const isLast = (outcome: StepResult, { lastAttempt = true }: Assignment): boolean =>
  outcome.status === "completed" || lastAttempt || !outcome.failure.retryable;

/** The directory itself stays: it is a mount of the container. */
const emptyDirectory = async (directory: string): Promise<void> => {
  for (const entry of await readdir(directory)) {
    await rm(join(directory, entry), { recursive: true, force: true });
  }
};

const ofOutput = (name: string, error: unknown): unknown => {
  if (error instanceof OutputWriteError) {
    const message = `Output "${name}": ${error.message}`;
    return new StepFailure({ kind: "output_not_written", name: error.name, message, retryable: true });
  }
  if (error instanceof EncodingError || error instanceof MaterializerError) {
    const message = `Output "${name}": ${error.message}`;
    return new StepFailure({ kind: "wrong_output", name: error.name, message, retryable: false });
  }
  return error;
};

const failureOf = (error: unknown): Failure =>
  error instanceof StepFailure ? error.failure : thrownFailure(error);
