import type { Invocation } from "../../model/index.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepAdoption,
  StepCapacity,
  StepEnd,
  StepExecution,
  StepExecutor,
  StepPreparation,
} from "../../step-launcher/port.ts";

/** Has each step executed by its step operator's executor, and those that ask for none by the orchestrator's own. */
export class OperatedExecutor implements StepExecutor {
  readonly #own: StepExecutor;
  readonly #operators: ReadonlyMap<string, StepExecutor>;

  constructor(own: StepExecutor, operators: ReadonlyMap<string, StepExecutor>) {
    this.#own = own;
    this.#operators = operators;
  }

  of({ stepOperator = "" }: Invocation): StepExecutor {
    return this.#operators.get(stepOperator) ?? this.#own;
  }

  /** A step is let in by whoever executes it; where that limits nothing, it always is. */
  get capacity(): StepCapacity | undefined {
    const all = this.#all.flatMap(({ capacity }) => capacity ?? []);
    if (all.length === 0) return undefined;
    return {
      tryEnter: (invocation) => this.of(invocation).capacity?.tryEnter(invocation) ?? true,
      enter: (invocation) => this.of(invocation).capacity?.enter(invocation),
      leave: (invocationId) => {
        for (const each of all) each.leave(invocationId);
      },
      onFreed: (listener) => {
        for (const each of all) each.onFreed(listener);
      },
    };
  }

  environmentOf(invocation: Invocation): Promise<EnvironmentIdentity> {
    return this.of(invocation).environmentOf(invocation);
  }

  async prepare(preparation: StepPreparation): Promise<void> {
    await this.of(preparation.invocation).prepare?.(preparation);
  }

  async unprepare(stepRunId: string): Promise<void> {
    for (const each of this.#all) await each.unprepare?.(stepRunId);
  }

  execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    return this.of(execution.invocation).execute(execution, signals);
  }

  async adopt(adoption: StepAdoption, signals: ExecutionSignals): Promise<StepEnd | undefined> {
    return await this.of(adoption.invocation).adopt?.(adoption, signals);
  }

  async discard(stepRunId: string): Promise<void> {
    for (const each of this.#all) await each.discard?.(stepRunId);
  }

  get #all(): readonly StepExecutor[] {
    return [this.#own, ...this.#operators.values()];
  }
}
