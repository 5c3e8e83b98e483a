import type { ArtifactStore } from "../../artifact/port.ts";
import {
  type Assignment,
  bundlesOfInvocation,
  type Failure,
  type Invocation,
  maskResult,
  type StepResult,
} from "../../model/index.ts";
import type { StepDefinition } from "../../pipeline/step.ts";
import { toldAssignment } from "../../step-launcher/assignment.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepEnd,
  StepExecution,
  StepExecutor,
} from "../../step-launcher/port.ts";
import { thrownFailure } from "../../step-runner/failures.ts";
import { HookRunner } from "../../step-runner/hook-runner.ts";
import { StepRunner } from "../../step-runner/step-runner.ts";
import { captureInLog } from "../base/capture-output.ts";
import { processEnvironment } from "../base/process-environment.ts";
import { StepModules, type StepModulesOptions } from "../base/step-modules.ts";
import { withEnvironment } from "./with-environment.ts";

export interface InProcessExecutorOptions extends StepModulesOptions {
  readonly artifactStore: ArtifactStore;
}

/** Executes steps in this process, from the same bundles that containers get. */
export class InProcessExecutor implements StepExecutor {
  readonly startsAtOnce = true;
  readonly #options: InProcessExecutorOptions;
  readonly #modules: StepModules;

  constructor(options: InProcessExecutorOptions) {
    this.#options = options;
    this.#modules = new StepModules(options);
  }

  async environmentOf(): Promise<EnvironmentIdentity> {
    return processEnvironment();
  }

  async execute(execution: StepExecution, { signal }: ExecutionSignals): Promise<StepEnd> {
    const { given, log } = execution;
    const assignment = toldAssignment(execution);
    const variables = {
      ...execution.environment,
      ...(given.secretsAs === "environment" ? given.secrets : {}),
    };
    await execution.assigned({});
    const told = await captureInLog(log, () =>
      withEnvironment(variables, () => this.#run(execution.invocation, assignment, signal)),
    );
    const result = maskResult(Object.values(given.secrets ?? {}), told);
    return { result, released: Promise.resolve({ exitCode: null, warnings: [] }) };
  }

  async #run(invocation: Invocation, assignment: Assignment, signal: AbortSignal): Promise<StepResult> {
    const { artifactStore: store, bundlesPath: bundles } = this.#options;
    const told = { store, bundles, log: console, signal };
    try {
      await this.#modules.place(bundlesOfInvocation(invocation));
      const definition = await this.#load(invocation, assignment);
      const runner =
        definition && !assignment.hook
          ? new StepRunner({ ...told, definition })
          : new HookRunner({ ...told, definition });
      using stop = untilAborted(signal);
      return await Promise.race([runner.run(assignment), stop.aborted.then(() => runner.cutShort(STOPPED))]);
    } catch (error) {
      const { stepRunId } = assignment;
      return { formatVersion: 1, stepRunId, status: "failed", failure: thrownFailure(error) };
    }
  }

  /** Undefined where hooks alone are to be called, and the step's module cannot be loaded. */
  async #load(invocation: Invocation, { hook }: Assignment): Promise<StepDefinition | undefined> {
    try {
      return await this.#modules.load(invocation);
    } catch (error) {
      if (hook) return undefined;
      throw error;
    }
  }
}

/** A step in this process cannot be killed: the run goes on without it, and the process ends it at its own end. */
const STOPPED: Failure = {
  kind: "stopped",
  name: "StepStopped",
  message: "The step was stopped.",
  retryable: true,
};

/** Takes its listener back: the signal may live as long as the run. */
const untilAborted = (signal: AbortSignal): Disposable & { readonly aborted: Promise<void> } => {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return { aborted, [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) };
};
