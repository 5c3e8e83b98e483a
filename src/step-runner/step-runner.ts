import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MaterializerError, OutputWriteError } from "../artifact/errors.ts";
import type { ArtifactStore } from "../artifact/port.ts";
import { storeOutput } from "../artifact/store-output.ts";
import type { Assignment, Failure, StepResult, StoredOutput } from "../model/index.ts";
import type { StepContext, StepLogger } from "../pipeline/context.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import { EncodingError } from "../util/encoding-error.ts";
import { checkOutputs } from "./check-outputs.ts";
import { StepFailure, thrownFailure } from "./failures.ts";
import { loadInputs } from "./load-inputs.ts";

export interface StepRunnerOptions {
  readonly definition: StepDefinition;
  readonly store: ArtifactStore;
  readonly log: StepLogger;
  readonly signal: AbortSignal;
}

/**
 * Runs one step here: reads its inputs, calls its function, stores its outputs. ZenML's `StepRunner`.
 * It publishes nothing; how the step ended is its return value, and it never rejects for what a step does.
 */
export class StepRunner {
  readonly #options: StepRunnerOptions;

  constructor(options: StepRunnerOptions) {
    this.#options = options;
  }

  async run(assignment: Assignment): Promise<StepResult> {
    const { stepRunId } = assignment;
    try {
      const outputs = await this.#execute(assignment);
      return { formatVersion: 1, stepRunId, status: "completed", outputs };
    } catch (error) {
      return { formatVersion: 1, stepRunId, status: "failed", failure: failureOf(error) };
    }
  }

  async #execute(assignment: Assignment): Promise<Record<string, StoredOutput>> {
    const { definition, store } = this.#options;
    const inputs = await loadInputs(definition.inputs, assignment, store);
    const returned = await definition.run(inputs, this.#context(assignment));
    const values = await checkOutputs(definition, returned);
    return await this.#store(values, assignment);
  }

  async #store(values: Readonly<Record<string, unknown>>, assignment: Assignment) {
    const stored: Record<string, StoredOutput> = {};
    for (const [name, value] of Object.entries(values)) {
      const target = assignment.outputs[name];
      if (!target) throw new Error(`The assignment has no place for output "${name}".`);
      const directory = this.#options.store.path(target.uri);
      stored[name] = await storeOutput(value, { directory, materializer: target.materializer }).catch(
        async (error) => {
          await this.#discard(assignment);
          throw ofOutput(name, error);
        },
      );
    }
    return stored;
  }

  /** What was written so far may be what fills the disk that the result has to go to. */
  async #discard({ outputs }: Assignment): Promise<void> {
    const directories = Object.values(outputs).map(({ uri }) => this.#options.store.path(uri));
    await Promise.allSettled(directories.map(emptyDirectory));
  }

  #context(assignment: Assignment): StepContext {
    const { log } = this.#options;
    const { runId, runName, pipelineName, stepName, invocationId, attempt } = assignment;
    const facts = { log, runId, runName, pipelineName, stepName, invocationId, attempt };
    // The caller's `signal` may be a getter that tells whether anybody listens: only the step may ask for it.
    const get = () => this.#options.signal;
    return Object.defineProperty(facts as StepContext, "signal", { get, enumerable: true });
  }
}

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
    const message = `Output "${name}" cannot be stored: ${error.message}`;
    return new StepFailure({ kind: "wrong_output", name: error.name, message, retryable: false });
  }
  return error;
};

const failureOf = (error: unknown): Failure =>
  error instanceof StepFailure ? error.failure : thrownFailure(error);
