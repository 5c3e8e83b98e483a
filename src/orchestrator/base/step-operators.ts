import { StepdockError } from "../../errors/error.ts";
import type { Invocation, PipelineSnapshot } from "../../model/index.ts";
import type { Stack } from "../../stack/stack.ts";
import type { PlanEnvironment, StepExecutor } from "../../step-launcher/port.ts";
import { didYouMean } from "../../util/nearest.ts";
import type { ActiveRun } from "./active-run.ts";
import type { BaseStepOperator } from "./base-step-operator.ts";
import { openInvocations } from "./open-invocations.ts";
import type { PlanRequest } from "./services.ts";

/** A step asks for a step operator that its stack does not have. */
export class UnknownStepOperatorError extends StepdockError {
  readonly code = "not_found";
}

/**
 * Checks that the stack has every step operator that is asked for.
 *
 * @throws UnknownStepOperatorError that names the step and the way out
 */
export const checkStepOperators = ({ invocations }: PipelineSnapshot, stack: Stack): void => {
  const known = operatorsOf(stack).map(({ name }) => name);
  for (const { id, stepOperator: asked } of Object.values(invocations)) {
    if (asked !== undefined && !known.includes(asked)) throw unknown(id, asked, stack.name, known);
  }
};

const unknown = (id: string, asked: string, stack: string, known: readonly string[]) =>
  new UnknownStepOperatorError(
    `Step "${id}" asks for the step operator "${asked}", and stack "${stack}" has ` +
      (known.length === 0
        ? "none. "
        : `no such one. It has: ${known.join(", ")}.${didYouMean(asked, known)} `) +
      "Name one that it has, add one to the stack, or leave out `stepOperator`: then the orchestrator runs the step.",
  );

/** All that are made here extend the base; the stack knows them only by name. */
const operatorsOf = ({ stepOperators = [] }: Stack) => stepOperators as readonly BaseStepOperator[];

interface OperatorPart {
  readonly operator: BaseStepOperator;
  /** Of those invocations that ask for it: at least one. */
  readonly snapshot: PipelineSnapshot;
}

/** The step operators that a snapshot asks for, each with its part of it. */
const partsOf = (snapshot: PipelineSnapshot, stack: Stack): OperatorPart[] =>
  operatorsOf(stack)
    .filter((operator) => !operator.isServedBy(stack))
    .flatMap((operator) => {
      const part = onlySteps(snapshot, ({ stepOperator }) => stepOperator === operator.name);
      return Object.keys(part.invocations).length === 0 ? [] : [{ operator, snapshot: part }];
    });

/** The part of a snapshot that the orchestrator executes itself. */
export const ownSteps = (snapshot: PipelineSnapshot, stack: Stack): PipelineSnapshot => {
  const operated = new Set(
    partsOf(snapshot, stack).flatMap((part) => Object.keys(part.snapshot.invocations)),
  );
  return operated.size === 0 ? snapshot : onlySteps(snapshot, ({ id }) => !operated.has(id));
};

const onlySteps = (
  snapshot: PipelineSnapshot,
  belongs: (invocation: Invocation) => boolean,
): PipelineSnapshot => ({
  ...snapshot,
  invocations: Object.fromEntries(Object.entries(snapshot.invocations).filter(([, each]) => belongs(each))),
});

/** A run, and the stack that it is on. */
export interface RunOnStack {
  readonly active: ActiveRun;
  readonly stack: Stack;
}

/** Name of each operator that a step asks for → what executes its steps. `keep` is told of each as soon as it is open. */
export const openStepOperators = async (
  { active, stack }: RunOnStack,
  keep: (executor: StepExecutor & AsyncDisposable) => void,
): Promise<ReadonlyMap<string, StepExecutor>> => {
  const executors = new Map<string, StepExecutor>();
  for (const { operator, snapshot } of partsOf(active.request.snapshot, stack)) {
    const executor = await operator.open({ active, stack, snapshot });
    keep(executor);
    executors.set(operator.name, executor);
  }
  return executors;
};

/** Has each operator look at its part before the run begins. */
export const validateStepOperators = async ({ active, stack }: RunOnStack): Promise<void> => {
  for (const { operator, snapshot } of partsOf(active.request.snapshot, stack)) {
    await operator.validate({ active, stack, snapshot });
  }
};

/** Has each operator begin what its steps need that are left to be run. */
export const prepareStepOperators = async ({ active, stack }: RunOnStack): Promise<void> => {
  const open = new Set(openInvocations(active.context).map(({ id }) => id));
  const left = onlySteps(active.request.snapshot, ({ id }) => open.has(id));
  for (const { operator, snapshot } of partsOf(left, stack)) {
    await operator.prepare({ active, stack, snapshot });
  }
};

/** The plan of `own`, but for the steps that ask for an operator. @throws UnknownStepOperatorError */
export const planWithStepOperators = (
  own: PlanEnvironment,
  request: PlanRequest,
  stack: Stack,
): PlanEnvironment => {
  checkStepOperators(request.snapshot, stack);
  const plans = new Map(
    partsOf(request.snapshot, stack).map(({ operator, snapshot }) => [
      operator.name,
      operator.planEnvironment({ ...request, snapshot }, stack),
    ]),
  );
  const planOf = ({ stepOperator = "" }: Invocation) => plans.get(stepOperator) ?? own;
  return {
    environmentOf: (invocation) => planOf(invocation).environmentOf(invocation),
    imageOf: (invocation) => planOf(invocation).imageOf(invocation),
  };
};
