import { createLocalArtifactStore } from "../src/artifact/local-artifact-store.ts";
import type { Assignment } from "../src/model/assignment.ts";
import type { Failure, FailureKind } from "../src/model/failure.ts";
import { ENTRYPOINT_EXIT, type StepResult } from "../src/model/result.ts";
import { thrownFailure } from "../src/step-runner/failures.ts";
import { StepRunner } from "../src/step-runner/step-runner.ts";
import type { LoadedStep } from "./load-step.ts";
import { exitCodeOf, report } from "./report.ts";

/** One assigned attempt: exactly one result is reported, however the user's code ends the process. */
export class Attempt {
  readonly #assignment: Assignment;
  readonly #storesPath: string;
  readonly #abort = new AbortController();
  #listensForStop = false;
  #drained = false;
  #reported = false;

  constructor(assignment: Assignment, storesPath: string) {
    this.#assignment = assignment;
    this.#storesPath = storesPath;
  }

  async run(step: LoadedStep): Promise<void> {
    this.#watch();
    if ("failure" in step) return this.finish(this.#failed(step.failure));
    this.finish(await this.#runner(step).run(this.#assignment));
  }

  finish(result: StepResult): void {
    if (this.#reported) return;
    this.#reported = true;
    process.exit(this.#tryReport(this.#gaveUp(result) ? this.#failed(stopped()) : result));
  }

  /** A step that ends with the error of its aborted signal did what it was asked to. */
  #gaveUp(result: StepResult): boolean {
    return this.#abort.signal.aborted && result.status === "failed" && result.failure.name === ABORTED;
  }

  #runner(step: Extract<LoadedStep, { definition: unknown }>): StepRunner {
    const attempt = this;
    return new StepRunner({
      definition: step.definition,
      store: createLocalArtifactStore({
        root: this.#storesPath,
        name: this.#assignment.artifactStore,
      }),
      log: console,
      get signal() {
        attempt.#listensForStop = true;
        return attempt.#abort.signal;
      },
    });
  }

  #tryReport(result: StepResult): number {
    try {
      report(this.#assignment, result);
      return exitCodeOf(result);
    } catch (error) {
      process.stderr.write(`stepdock: the result cannot be written: ${(error as Error).message}\n`);
      return ENTRYPOINT_EXIT.outputNotWritten;
    }
  }

  /** Whatever else may end the process before the step is done. */
  #watch(): void {
    process.on("uncaughtException", (error) => this.finish(this.#failed(thrownFailure(error))));
    process.on("SIGTERM", () => this.#stop());
    process.on("beforeExit", () => {
      this.#drained = true;
    });
    process.on("exit", (code) => this.#exiting(code));
  }

  /** A step that listens to its signal gets the grace period to end well; one that does not ends now. */
  #stop(): void {
    this.#abort.abort(new DOMException("The step is asked to stop.", ABORTED));
    if (!this.#listensForStop) this.finish(this.#failed(stopped()));
  }

  #exiting(code: number): void {
    if (this.#reported) return;
    this.#reported = true;
    process.exitCode =
      this.#tryReport(this.#failed(this.#drained ? neverSettled() : exitedByItself(code))) || 1;
  }

  #failed(failure: Failure): StepResult {
    return { formatVersion: 1, stepRunId: this.#assignment.stepRunId, status: "failed", failure };
  }
}

/** The name of the error that `fetch`, timers and the like throw when their signal is aborted. */
const ABORTED = "AbortError";

const stopped = (): Failure => failure("stopped", "StepStopped", "The step was stopped.");

const failure = (kind: FailureKind, name: string, message: string): Failure => ({
  kind,
  name,
  message,
  retryable: kind !== "exited_by_itself",
});

const exitedByItself = (code: number): Failure => ({
  ...failure(
    "exited_by_itself",
    "StepExited",
    `The step ended its own process with process.exit(${code}) before it returned. ` +
      "Return from the step's function instead, or throw an error.",
  ),
  exitCode: code,
  // Taken while `process.exit` is still on the stack: the frame of the caller is in it.
  stack: new Error("process.exit").stack ?? "",
});

const neverSettled = (): Failure =>
  failure(
    "exited_by_itself",
    "StepNeverSettled",
    "The step waits for something that can no longer happen: nothing is left to do, but its promise never settled. " +
      "Look for what it awaits last.",
  );
