import { removeTree } from "../../artifact/remove-tree.ts";
import type { ExitState } from "../../docker/port.ts";
import type { Failure, Invocation, StepResult } from "../../model/index.ts";
import { toldAssignment } from "../../step-launcher/assignment.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepAdoption,
  StepEnd,
  StepEnvironments,
  StepExecution,
  StepExecutor,
  StepRelease,
} from "../../step-launcher/port.ts";
import { asAsked, collect, failedBefore, firstOf, neverStarted } from "../containerized/attempt-end.ts";
import { explainEnd } from "../containerized/explain-end.ts";
import { stopOn } from "../containerized/stop-on.ts";
import { releaseOf } from "../containerized/until-gone.ts";
import { StepProcess } from "../processes/step-process.ts";
import { packagedStepArguments } from "../wheeled/package-layout.ts";
import type { InstalledPackage } from "./installed-package.ts";

export interface ProcessExecutorOptions {
  /** Asked for by each step that is executed; made once. */
  readonly installed: () => Promise<InstalledPackage>;
  readonly environments: StepEnvironments;
  readonly snapshotId: string;
  /** Seconds. */
  readonly stopGracePeriod: number;
}

/** Executes steps of an installed package in a process each. */
export class ProcessExecutor implements StepExecutor {
  readonly #options: ProcessExecutorOptions;

  constructor(options: ProcessExecutorOptions) {
    this.#options = options;
  }

  environmentOf(invocation: Invocation): Promise<EnvironmentIdentity> {
    return this.#options.environments.environmentOf(invocation);
  }

  async execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const installed = await this.#installed(signals);
    if (!installed) return neverStarted(execution);
    await using made = new AsyncDisposableStack();
    const cwd = made.adopt(await installed.scratch(), removeTree);
    const started = await this.#start(installed, cwd, execution);
    if ("kind" in started) return failedBefore(execution, started);
    made.defer(() => untilDead(started));
    await execution.assigned({});
    started.tell(JSON.stringify(toldAssignment(execution)));
    const { result, released } = await this.#attend(started, execution, signals);
    const left = made.move();
    return { result, released: released.then((release) => withoutLeft(left, release)) };
  }

  /** Its process ended with the orchestrator; what it had reported by then counts. */
  adopt(adoption: StepAdoption): Promise<StepEnd | undefined> {
    return collect(adoption);
  }

  /** Undefined where the run was stopped meanwhile. */
  async #installed({ signal }: ExecutionSignals): Promise<InstalledPackage | undefined> {
    try {
      const installed = await this.#options.installed();
      return signal.aborted ? undefined : installed;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #start(
    { folder }: InstalledPackage,
    cwd: string,
    { invocation, environment, log }: StepExecution,
  ): Promise<StepProcess | Failure> {
    const { snapshotId } = this.#options;
    const step = { folder, invocation, snapshotId, assignment: "-" };
    try {
      return await StepProcess.start(
        { arguments: packagedStepArguments(step), cwd, environment: { ...inherited(), ...environment } },
        log,
      );
    } catch (error) {
      const { code, message: told } = error as NodeJS.ErrnoException;
      const hint =
        code === "E2BIG" ? " Its environment has more than the system takes; 128 KB a variable." : "";
      const message = `The step's process could not be started: ${told}.${hint}`;
      return { kind: "not_started", name: "NotStarted", message, retryable: false };
    }
  }

  /** From the assignment to the end: stops it if asked to, and says how it ended. */
  async #attend(started: StepProcess, execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const grace = execution.invocation.stopGracePeriod ?? this.#options.stopGracePeriod;
    const stopping = stopOn(started, grace, signals);
    try {
      const told =
        (await firstOf(execution, started)) ??
        explain(execution, await started.ended, signals.signal.aborted);
      const result = asAsked(told, signals, NOT_BY_US);
      const released = releaseOf(started, result).finally(() => stopping.cancel());
      return { result: withoutOthersUsage(result), released };
    } catch (error) {
      stopping.cancel();
      throw error;
    }
  }
}

/** Nothing is written to its folder any more. */
const untilDead = async (started: StepProcess): Promise<void> => {
  await started.kill();
  await started.ended.catch(() => {}); // Told to whoever attends to it.
};

/** The outcome stands: what is left of the attempt goes with the package, else. */
const withoutLeft = async (left: AsyncDisposable, release: StepRelease): Promise<StepRelease> => {
  try {
    await left[Symbol.asyncDispose]();
    return release;
  } catch (error) {
    return { ...release, warnings: [...release.warnings, (error as Error).message] };
  }
};

/** All that a step's process has of the environment of this one. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    ["HOME", "PATH"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const explain = (
  { assignment: { stepRunId }, log }: StepExecution,
  exit: ExitState,
  stopped: boolean,
): StepResult => {
  // A limit on memory is the engine's to keep: a process of this machine has none.
  const failure = explainEnd({ exit, stopped, tail: log.tail, memoryLimit: undefined });
  return { formatVersion: 1, stepRunId, status: "failed", failure };
};

const NOT_BY_US =
  "The step was asked to end (SIGTERM), though not by stepdock: its own code did, or somebody from outside. Run again.";

/** The entrypoint tells what its control group used, which here is not the step's alone. */
const withoutOthersUsage = (result: StepResult): StepResult =>
  result.usage ? { ...result, usage: { wallSeconds: result.usage.wallSeconds } } : result;
