import { isEngineGone } from "../../errors/engine-gone.ts";
import type { Invocation } from "../../model/index.ts";
import type { StepEnvironments, StepExecutor } from "../../step-launcher/port.ts";
import { OperatedExecutor } from "./operated-executor.ts";
import { openStepOperators, type RunOnStack } from "./step-operators.ts";

/** What executes steps; whether it has to be disposed of is its own matter. */
export type OwnExecutor = StepExecutor & Partial<AsyncDisposable>;

/** The run that an orchestrator is in. */
export interface CurrentRun extends RunOnStack {
  readonly executors: RunExecutors;
}

/**
 * What executes the steps of a run: the orchestrator's own executor, and those of step operators. Each is opened once, when
 * it is first needed. Dispose it when no step runs any more: it disposes of whatever was opened.
 */
export class RunExecutors implements AsyncDisposable {
  readonly #run: RunOnStack;
  readonly #openOwn: () => Promise<OwnExecutor>;
  readonly #opened = new AsyncDisposableStack();
  #own: Promise<OwnExecutor> | undefined;
  #operators: Promise<ReadonlyMap<string, StepExecutor>> | undefined;

  constructor(run: RunOnStack, openOwn: () => Promise<OwnExecutor>) {
    this.#run = run;
    this.#openOwn = openOwn;
  }

  /** Of the steps that ask for no operator, or for one that the orchestrator stands in for. */
  own(): Promise<StepExecutor> {
    this.#own ??= this.#openOwn().then((own) => this.#keep(own));
    return this.#own;
  }

  /** Of every step. */
  async all(): Promise<StepExecutor> {
    return new OperatedExecutor(await this.own(), await this.#ofOperators());
  }

  /** As `own` tells, but for the steps that an operator executes. */
  async environments(own: StepEnvironments): Promise<StepEnvironments> {
    const operators = await this.#ofOperators();
    const of = ({ stepOperator = "" }: Invocation) => operators.get(stepOperator) ?? own;
    return { environmentOf: (invocation) => of(invocation).environmentOf(invocation) };
  }

  /** What is left of an engine that goes away while the run ends is no fault of the run: all its steps have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#opened.disposeAsync();
    } catch (error) {
      if (!isEngineGone(error)) throw error;
      await this.#run.active.context.emit({ event: "warning", message: NOT_REMOVED });
    }
  }

  #ofOperators(): Promise<ReadonlyMap<string, StepExecutor>> {
    this.#operators ??= openStepOperators(this.#run, (executor) => this.#keep(executor));
    return this.#operators;
  }

  #keep<Executor extends OwnExecutor>(executor: Executor): Executor {
    this.#opened.defer(async () => await executor[Symbol.asyncDispose]?.());
    return executor;
  }
}

const NOT_REMOVED =
  "The engine went away before all containers of this run were removed. The next run on this workspace removes them, " +
  "and so does `stepdock clean`.";
