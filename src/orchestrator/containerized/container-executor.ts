import type { ContainerEngine, CreatedContainer, ExitState, StartedContainer } from "../../docker/port.ts";
import type { Invocation, StepResult } from "../../model/index.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepEnd,
  StepExecution,
  StepExecutor,
  StepRelease,
} from "../../step-launcher/port.ts";
import { type ContainerSpecFacts, stepContainerSpec } from "./container-spec.ts";
import { explainEnd } from "./explain-end.ts";
import { withHints } from "./hints.ts";
import { readResult } from "./read-result.ts";
import type { StepImages } from "./step-images.ts";
import { untilGone } from "./until-gone.ts";

export interface ContainerExecutorOptions extends Omit<ContainerSpecFacts, "image"> {
  readonly engine: ContainerEngine;
  readonly images: StepImages;
}

/** Executes steps in a container each. Dispose it at the end: whatever it made and is still there is removed. */
export class ContainerExecutor implements StepExecutor, AsyncDisposable {
  readonly #options: ContainerExecutorOptions;
  /** Those that are not known to be gone. */
  readonly #containers = new Set<CreatedContainer>();

  constructor(options: ContainerExecutorOptions) {
    this.#options = options;
  }

  environmentOf(invocation: Invocation): Promise<EnvironmentIdentity> {
    return this.#options.images.environmentOf(invocation);
  }

  async execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const image = await this.#options.images.imageOf(execution.invocation, signals.signal);
    if (signals.signal.aborted) return neverStarted(execution);
    const spec = stepContainerSpec(execution, { ...this.#options, image });
    const created = await this.#options.engine.containers.create(spec, execution.log);
    this.#containers.add(created);
    try {
      return await this.#conduct(created, execution, { image, signals });
    } catch (error) {
      await created[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#containers].map((container) => container[Symbol.asyncDispose]()));
  }

  async #conduct(
    created: CreatedContainer,
    execution: StepExecution,
    { image, signals }: { image: string; signals: ExecutionSignals },
  ): Promise<StepEnd> {
    const started = await created.start();
    const stopping = this.#stopOn(started, signals);
    await execution.assigned({ containerId: created.id, image });
    started.stdin?.write(`${JSON.stringify(execution.assignment)}\n`);
    const reported = await firstOf(execution, started);
    const result = reported ?? (await this.#explain(execution, await started.ended, signals));
    return {
      result: result.status === "failed" ? withFailureHints(result, execution.invocation) : result,
      released: this.#release(started, result).finally(() => {
        stopping.cancel();
        this.#remove(created, execution.published);
      }),
    };
  }

  /** SIGTERM and a grace period on the first signal, SIGKILL on the second. */
  #stopOn(started: StartedContainer, { signal, killSignal }: ExecutionSignals): { cancel: () => void } {
    const ignore = () => {}; // It may have ended meanwhile; how it did is told by `ended`.
    const stop = () => void started.stop(this.#options.stopGracePeriod).catch(ignore);
    const kill = () => void started.kill().catch(ignore);
    signal.addEventListener("abort", stop, { once: true });
    killSignal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) stop();
    if (killSignal.aborted) kill();
    return {
      cancel: () => {
        signal.removeEventListener("abort", stop);
        killSignal.removeEventListener("abort", kill);
      },
    };
  }

  async #explain(
    execution: StepExecution,
    exit: ExitState,
    { signal }: ExecutionSignals,
  ): Promise<StepResult> {
    const failure = explainEnd({
      exit,
      memoryLimit: execution.invocation.settings.resources?.memory,
      stopped: signal.aborted,
      tail: execution.log.tail,
    });
    return { formatVersion: 1, stepRunId: execution.assignment.stepRunId, status: "failed", failure };
  }

  /** Waits for the exit. */
  #release(started: StartedContainer, result: StepResult): Promise<StepRelease> {
    return untilGone(started).then(
      ({ exit, warnings }) => ({
        exitCode: exit.exitCode,
        warnings: [...warnings, ...lateWarnings(exit, result)],
      }),
      (error: Error) => ({ exitCode: null, warnings: [error.message] }),
    );
  }

  /** In the background, but not before the outcome is recorded: a crash before that finds the container. */
  #remove(created: CreatedContainer, published: Promise<void>): void {
    const removed = published.then(() => created[Symbol.asyncDispose]());
    // Where it fails the container stays in the set, and whoever disposes this executor is told.
    removed.then(
      () => this.#containers.delete(created),
      () => {},
    );
  }
}

/** The reported result as soon as its frame is in; undefined if the container ended without a usable one. */
const firstOf = async (
  execution: StepExecution,
  started: StartedContainer,
): Promise<StepResult | undefined> => {
  const sha256 = await Promise.race([execution.log.frame, started.ended.then(() => undefined)]);
  if (sha256 === undefined) return undefined;
  const { stepRunId } = execution.assignment;
  const reported = await readResult(execution.paths.exchange, { sha256, stepRunId });
  return "result" in reported ? reported.result : damaged(stepRunId, reported.problem);
};

const damaged = (stepRunId: string, problem: string): StepResult => ({
  formatVersion: 1,
  stepRunId,
  status: "failed",
  failure: { kind: "internal", name: "ResultDamaged", message: problem, retryable: true },
});

const neverStarted = ({ assignment }: StepExecution): StepEnd => ({
  result: {
    formatVersion: 1,
    stepRunId: assignment.stepRunId,
    status: "failed",
    failure: {
      kind: "stopped",
      name: "StepStopped",
      message: "The step was stopped before it began.",
      retryable: true,
    },
  },
  released: Promise.resolve({ exitCode: null, warnings: [] }),
});

const withFailureHints = (
  result: Extract<StepResult, { status: "failed" }>,
  invocation: Invocation,
): StepResult => ({
  ...result,
  failure: withHints(result.failure, invocation),
});

/** The outcome stands; what was wrong with the exit is told all the same. */
const lateWarnings = (exit: ExitState, result: StepResult): string[] => [
  ...(result.status === "completed" && exit.exitCode !== 0
    ? [`The step completed, but its process then ended with exit code ${exit.exitCode}.`]
    : []),
  ...(exit.oomKilled && exit.exitCode !== 137
    ? [
        "The kernel killed a process that the step had started, since its container used more memory than it may.",
      ]
    : []),
];
