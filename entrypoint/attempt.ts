import { createLocalArtifactStore } from "../src/artifact/local-artifact-store.ts";
import { withOtherStores } from "../src/artifact/with-other-stores.ts";
import type { Assignment } from "../src/model/assignment.ts";
import type { Failure, FailureKind } from "../src/model/failure.ts";
import { hooksOfEndBegun } from "../src/model/hooks-of-end.ts";
import { maskResult } from "../src/model/mask.ts";
import { ENTRYPOINT_EXIT } from "../src/model/names.ts";
import type { StepResult } from "../src/model/result.ts";
import type { AttemptRunner } from "../src/step-runner/attempt-runner.ts";
import { StepFailure, thrownFailure } from "../src/step-runner/failures.ts";
import { HookRunner } from "../src/step-runner/hook-runner.ts";
import { StepRunner } from "../src/step-runner/step-runner.ts";
import type { LoadedStep } from "./load-step.ts";
import { exitCodeOf, report } from "./report.ts";
import { usageSince } from "./usage.ts";

/** Where things are in this container. */
export interface AttemptPlaces {
  /** The artifact stores. */
  readonly stores: string;
  /** The code of the step, and of its pipeline's hooks. */
  readonly bundles: string;
}

/** One assigned attempt: exactly one result is reported, however the user's code ends the process. */
export class Attempt {
  readonly #assignment: Assignment;
  readonly #places: AttemptPlaces;
  readonly #abort = new AbortController();
  readonly #begun = performance.now();
  #listensForStop = false;
  #drained = false;
  #reported = false;
  #runner: AttemptRunner | undefined;

  constructor(assignment: Assignment, places: AttemptPlaces) {
    this.#assignment = assignment;
    this.#places = places;
  }

  async run(step: LoadedStep): Promise<void> {
    this.#watch();
    if (this.#assignment.secretsAs === "environment") Object.assign(process.env, this.#assignment.secrets);
    if ("failure" in step && !this.#assignment.hook) return this.finish(this.#failed(step.failure));
    this.#runner = this.#runnerOf(step);
    this.finish(await this.#runner.run(this.#assignment));
  }

  finish(result: StepResult): void {
    if (this.#reported) return;
    this.#reported = true;
    process.exit(this.#tryReport(this.#gaveUp(result) ? { ...result, failure: stopped() } : result));
  }

  /** A step that ends with the error of its aborted signal did what it was asked to. */
  #gaveUp(result: StepResult): result is Extract<StepResult, { status: "failed" }> {
    if (!this.#abort.signal.aborted || result.status !== "failed" || hooksOfEndBegun(result)) return false;
    return result.failure.name === ABORTED;
  }

  #runnerOf(step: LoadedStep): AttemptRunner {
    const definition = "definition" in step ? step.definition : undefined;
    return definition && !this.#assignment.hook
      ? new StepRunner(this.#options(definition))
      : new HookRunner(this.#options(definition));
  }

  #options<D>(definition: D) {
    const attempt = this;
    const { stores: root } = this.#places;
    const own = createLocalArtifactStore({ root, name: this.#assignment.artifactStore });
    return {
      definition,
      store: withOtherStores(own, async () => own, root),
      bundles: this.#places.bundles,
      log: console,
      get signal() {
        attempt.#listensForStop = true;
        return attempt.#abort.signal;
      },
    };
  }

  #tryReport(result: StepResult): number {
    try {
      const masked = maskResult(Object.values(this.#assignment.secrets ?? {}), result);
      report(this.#assignment, { ...masked, usage: usageSince(this.#begun) });
      return exitCodeOf(result);
    } catch (error) {
      process.stderr.write(`stepdock: the result cannot be written: ${(error as Error).message}\n`);
      return ENTRYPOINT_EXIT.outputNotWritten;
    }
  }

  /** Whatever else may end the process before the step is done. */
  #watch(): void {
    process.on("uncaughtException", (error) => {
      if (!this.#runner?.interrupt(error)) this.finish(this.#cutShort(thrownFailure(error)));
    });
    process.on("SIGTERM", () => this.#stop());
    process.on("beforeExit", () => {
      // A hook that never settles is left behind; what follows it is done.
      this.#drained = !this.#runner?.interrupt(new StepFailure(neverSettled()));
    });
    process.on("exit", (code) => this.#exiting(code));
  }

  /** A step that listens to its signal gets the grace period to end well; one that does not, or has ended, ends now. */
  #stop(): void {
    this.#abort.abort(new DOMException("The step is asked to stop.", ABORTED));
    if (this.#runner?.settled || !this.#listensForStop) this.finish(this.#cutShort(stopped()));
  }

  #exiting(code: number): void {
    if (this.#reported) return;
    this.#reported = true;
    process.exitCode = this.#tryReport(this.#cutShort(this.#drained ? neverSettled() : exitedByItself(code)));
  }

  #cutShort(failure: Failure): StepResult {
    return this.#runner?.cutShort(failure) ?? this.#failed(failure);
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
