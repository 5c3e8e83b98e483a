import type { StepLog } from "../logging/step-log.ts";
import type { Assignment, Invocation, StepResult } from "../model/index.ts";
import type { GivenSecrets } from "../secrets/run-secrets.ts";
import type { AttemptPaths } from "../workspace/paths.ts";

/** Where a step would run, as far as it belongs to its cache key. */
export interface EnvironmentIdentity {
  readonly key: string;
  /** What the key was made of, so that `plan` can name the part that changed. */
  readonly ingredients: Readonly<Record<string, string>>;
}

/** Tells where steps would run. Costs no container; may ask the engine for the parent image. */
export interface StepEnvironments {
  environmentOf(invocation: Invocation): Promise<EnvironmentIdentity>;
}

/** Where the steps of a snapshot would run, told without building or creating anything. */
export interface PlanEnvironment extends StepEnvironments {
  /** What the image is or will be called; null where a step runs in none. */
  imageOf(invocation: Invocation): Promise<string | null>;
}

/** One attempt that is to be executed. */
export interface StepExecution {
  readonly invocation: Invocation;
  readonly assignment: Assignment;
  readonly paths: AttemptPaths;
  /** Variables of the process, the step's own and `ZENML_*`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told with the assignment, and written nowhere: see `toldAssignment`. */
  readonly given: GivenSecrets;
  readonly log: StepLog;
  /** Resolves once the outcome is in the record: until then nothing that it could be read from may be removed. */
  readonly published: Promise<void>;
  /** To be awaited before the process is told what to do: then the record says durably that it was. */
  readonly assigned: (where: { containerId?: string; image?: string }) => Promise<void>;
}

/** An attempt that is likely to come: what of it is known before its inputs are. */
export interface StepPreparation {
  readonly invocation: Invocation;
  readonly assignment: Pick<
    Assignment,
    "pipelineName" | "runId" | "stepRunId" | "invocationId" | "outputs" | "hook"
  >;
  readonly paths: Pick<AttemptPaths, "exchange">;
  /** As in `StepExecution`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted where the run is stopped. */
  readonly signal: AbortSignal;
}

export interface ExecutionSignals {
  /** Asks the step to end: SIGTERM, a grace period, SIGKILL. */
  readonly signal: AbortSignal;
  /** Ends it at once. */
  readonly killSignal: AbortSignal;
}

/** An attempt whose orchestrator died. */
export interface StepAdoption {
  readonly invocation: Invocation;
  readonly assignment: Assignment;
  readonly paths: AttemptPaths;
  /** Goes on where the dead orchestrator's ended. */
  readonly log: StepLog;
  /** As in `StepExecution`. */
  readonly published: Promise<void>;
}

/** How an attempt ended. With it the outcome is final, though its process may still be exiting. */
export interface StepEnd {
  readonly result: StepResult;
  /** Settles when nothing of the attempt is left; never rejects. */
  readonly released: Promise<StepRelease>;
}

export interface StepRelease {
  readonly exitCode: number | null;
  /** What went wrong after the outcome, for instance a bad exit code. */
  readonly warnings: readonly string[];
}

/** What the steps that run at once share. One that was let in holds its part until it leaves. */
export interface StepCapacity {
  /** Whether the step may start now. One that may not waits from here on, and is asked for again. */
  tryEnter(invocation: Invocation): boolean;
  /** Counts a step that runs already. */
  enter(invocation: Invocation): void;
  leave(invocationId: string): void;
  /** The listener is called whenever a step that waits may fit. */
  onFreed(listener: () => void): void;
}

/** How an orchestrator has its steps executed: in a container, in this process, by a step operator. */
export interface StepExecutor extends StepEnvironments {
  /** Whether nothing comes between `execute` and the assignment that could take long, or go wrong. */
  readonly startsAtOnce?: boolean;
  /** What executes this invocation, where several do. */
  of?(invocation: Invocation): StepExecutor;
  /** Absent where nothing but the number of steps that run at once is limited. */
  readonly capacity?: StepCapacity | undefined;
  /**
   * Makes ready what `execute` of the same step run will use, should there ever be one. Never rejects: what fails here
   * is made again by `execute`, and told there.
   */
  prepare?(preparation: StepPreparation): Promise<void>;
  /** Gives up what was prepared for a step run that is not going to be executed. */
  unprepare?(stepRunId: string): Promise<void>;
  /** Rejects only for a fault that is not the step's, such as a lost engine. */
  execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd>;
  /** Takes over an attempt that was told what to do; undefined where nothing of it is left. */
  adopt?(adoption: StepAdoption, signals: ExecutionSignals): Promise<StepEnd | undefined>;
  /** Removes what is left of an attempt that was never told what to do. */
  discard?(stepRunId: string): Promise<void>;
}
