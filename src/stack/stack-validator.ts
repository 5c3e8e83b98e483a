import type { StackComponentType } from "./component.ts";
import { StackValidationError } from "./errors.ts";
import { partsOf, type Stack } from "./stack.ts";

/** What a component asks of its stack; ZenML's `StackValidator`. Any component may have one, as `validator`. */
export interface StackValidator {
  readonly requiredComponents?: readonly StackComponentType[];
  /** What is wrong with the stack, in a sentence; undefined if nothing is. */
  readonly check?: (stack: Stack) => string | undefined | Promise<string | undefined>;
}

/** Asks every component whether the stack suits it: before anything is built or recorded. @throws StackValidationError */
export const validateStack = async (stack: Stack): Promise<void> => {
  checkRequired(stack);
  for (const { validator, name } of partsOf(stack).flatMap(([, part]) => part)) {
    const problem = await validator?.check?.(stack);
    if (problem !== undefined) throw StackValidationError.refused(stack.name, name, problem);
  }
};

/** The part of the validation that asks nobody outside. @throws StackValidationError */
export const checkRequired = (stack: Stack): void => {
  const parts = partsOf(stack);
  const present = new Set(parts.map(([type]) => type));
  for (const [type, { validator, name }] of parts) {
    const missing = validator?.requiredComponents?.find((required) => !present.has(required));
    if (missing) throw StackValidationError.missing(stack.name, { type, name }, missing);
  }
};
