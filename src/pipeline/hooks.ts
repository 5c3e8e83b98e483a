import type { ExecutionStatus, StepHookName } from "../model/index.ts";
import type { StepContext, StepLogger } from "./context.ts";

/**
 * Functions that are called as a step begins and ends, in its environment: its container, image, network and limits.
 * What they return is awaited and ignored; what they throw is reported as a warning and changes no outcome.
 */
export interface StepHooks {
  /** Before the step's function, at each attempt. */
  readonly onStart?: (context: StepContext) => unknown;
  /** After the outputs are stored. */
  readonly onSuccess?: (context: StepContext) => unknown;
  /** After the last attempt has failed. Not after an interruption, which is no failure. */
  readonly onFailure?: (error: Error, context: StepContext) => unknown;
  /** After `onSuccess` or `onFailure`; with the error where there is one. */
  readonly onEnd?: (context: StepContext, error?: Error) => unknown;
}

/** What a hook of a run as a whole is told. */
export interface InitContext {
  readonly log: StepLogger;
  /** Aborted when the run shall end. */
  readonly signal: AbortSignal;
  readonly runId: string;
  readonly runName: string;
  readonly pipelineName: string;
}

export interface CleanupContext extends InitContext {
  /** How the run ended. */
  readonly status: ExecutionStatus;
}

/**
 * Functions that are called as a run begins and ends, on the host, with its rights and its network. Each must be an
 * export of a module, as must the hooks that a pipeline has for its steps.
 */
export interface RunHooks {
  /** Before anything is built or created. Where it throws, no step is started, and the run has failed. */
  readonly onInit?: (context: InitContext) => unknown;
  /** After everything has ended, also by failure or interruption, if `onInit` was due. It has 30 seconds. */
  readonly onCleanup?: (context: CleanupContext) => unknown;
}

/** Takes the hooks out of what a step is made from. */
export const splitHooks = <T extends StepHooks>(
  init: T,
): { readonly hooks: StepHooks; readonly options: Omit<T, StepHookName> } => {
  const { onStart, onSuccess, onFailure, onEnd, ...options } = init;
  const hooks = Object.entries({ onStart, onSuccess, onFailure, onEnd }).filter(
    ([, hook]) => hook !== undefined,
  );
  return { hooks: Object.fromEntries(hooks), options };
};
