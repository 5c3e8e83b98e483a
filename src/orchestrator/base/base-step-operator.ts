import type { PipelineSnapshot } from "../../model/index.ts";
import { type ComponentIdentity, StackComponent } from "../../stack/component.ts";
import type { Stack } from "../../stack/stack.ts";
import type { StepOperator } from "../../stack/step-operator.ts";
import type { PlanEnvironment, StepExecutor } from "../../step-launcher/port.ts";
import type { ActiveRun } from "./active-run.ts";
import type { OrchestratorServices, PlanRequest } from "./services.ts";

/** A run as a step operator sees it. */
export interface OperatedRun {
  readonly active: ActiveRun;
  readonly stack: Stack;
  /** The run's, with only those invocations that ask for the operator. */
  readonly snapshot: PipelineSnapshot;
}

/** Base of every step operator. ZenML's `BaseStepOperator`. */
export abstract class BaseStepOperator<Config = unknown>
  extends StackComponent<Config>
  implements StepOperator
{
  readonly type = "step_operator";
  protected readonly services: OrchestratorServices;

  constructor(identity: ComponentIdentity<Config>, services: OrchestratorServices) {
    super(identity);
    this.services = services;
  }

  /** What executes the steps of a run, or is asked for their keys only. It is disposed at the end of the run. */
  abstract open(run: OperatedRun): Promise<StepExecutor & AsyncDisposable>;

  /** Where the steps of a snapshot would run, for a plan: builds nothing. Its snapshot has only steps of this operator. */
  abstract planEnvironment(request: PlanRequest, stack: Stack): PlanEnvironment;

  /** Whether the orchestrator of the stack executes these steps just as this would: then they are left to it. */
  isServedBy(_stack: Stack): boolean {
    return false;
  }

  /** Everything that can be found wrong before a step is run. */
  async validate(_run: OperatedRun): Promise<void> {}

  /** Begins what its steps will need, before any step of the run is: its snapshot has only those that are left to be run. */
  async prepare(_run: OperatedRun): Promise<void> {}
}
