import type {
  CachePolicy,
  ExecutionMode,
  RetryPolicy,
  Schedule,
  SecretsAs,
  StepSettings,
} from "../model/index.ts";
import type { RunHooks, StepHooks } from "./hooks.ts";
import type { InvocationReference } from "./schema.ts";

/** Everything about a step that its code does not need: the host reads it, the container never sees it. */
export interface StepOptions {
  /** Whether an earlier result may stand in for a run. Default: as the pipeline says, else true. */
  readonly enableCache?: boolean;
  readonly cachePolicy?: CachePolicy;
  readonly retry?: RetryPolicy;
  readonly settings?: StepSettings;
  /** Variables given to the container; part of the cache key. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Names of secrets, which the run finds in its environment, in `.env` or in files: `context.secrets` of the step has
   * their values, which are in no cache key. Those of pipeline, step and invocation add up.
   */
  readonly secrets?: readonly string[];
  /** `environment`: the secrets are variables of the step's process, too. Default: `default`, they are not. */
  readonly secretsAs?: SecretsAs;
  /** Seconds, from the moment that the step is told to start. */
  readonly timeout?: number;
  /** Seconds between SIGTERM and SIGKILL where the step is stopped. Default: the orchestrator's, 10. */
  readonly stopGracePeriod?: number;
  /** Name of the step operator of the stack that executes this step, in the place of the orchestrator: `docker`. */
  readonly stepOperator?: string;
}

export interface InvocationOptions extends StepOptions {
  /** Id of the invocation, unique in the pipeline. Default: the step's name, then `name_2`, `name_3`, … */
  readonly id?: string;
  /** Invocations that must succeed first although nothing of theirs is an input. Ids or what calling a step returned. */
  readonly after?: AfterReference | readonly AfterReference[];
}

export type AfterReference = string | InvocationReference;

/** Hooks of steps given here are those of every step that has none of its own. */
export interface PipelineOptions extends StepHooks, RunHooks {
  readonly enableCache?: boolean;
  readonly executionMode?: ExecutionMode;
  /** Seconds that a run may take; then it is stopped, and failed. No default for steps: they have their own. */
  readonly timeout?: number;
  /** Defaults for every step. */
  readonly settings?: StepSettings;
  readonly environment?: Readonly<Record<string, string>>;
  /** Names of secrets for every step. */
  readonly secrets?: readonly string[];
  readonly secretsAs?: SecretsAs;
  /** Template of the run's name; `{date}` and `{time}` are filled in. */
  readonly runName?: string;
  /** For an orchestrator that has schedules; any other warns of it and runs at once. */
  readonly schedule?: Schedule;
  /** Name of the stack to run on. */
  readonly stack?: string;
}
