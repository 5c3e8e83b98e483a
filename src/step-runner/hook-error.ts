import type { Failure } from "../model/index.ts";
import { StepFailure } from "./failures.ts";

/** What hooks are given for what ended a step: the very error where one was thrown, else one made of the failure. */
export const hookError = (failure: Failure, thrown?: unknown): Error => {
  if (thrown instanceof Error && !(thrown instanceof StepFailure)) return thrown;
  const cause = thrown === undefined || thrown instanceof StepFailure ? undefined : { cause: thrown };
  const error = new Error(failure.message, cause);
  error.name = failure.name;
  error.stack = failure.stack ?? `${failure.name}: ${failure.message}`;
  return error;
};
