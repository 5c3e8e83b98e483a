import type { StackComponent } from "./component.ts";

/**
 * Executes the steps that ask for it by its name, in the place of the orchestrator; ZenML's `BaseStepOperator`. How it
 * does is the business of the orchestrators' floor: see `orchestrator/base/base-step-operator.ts`, which all extend.
 */
export interface StepOperator extends StackComponent {
  readonly type: "step_operator";
}
