import type { Failure, FailureKind } from "../model/index.ts";
import { describeParseError, isParseError } from "../util/parse-error.ts";

/** Ends a step with a failure of a known kind; carried through the runner, never seen by user code. */
export class StepFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

interface FailureFacts {
  readonly kind: FailureKind;
  readonly message: string;
  readonly name?: string;
  readonly retryable?: boolean;
}

export const fail = ({ kind, message, name = "StepFailure", retryable = false }: FailureFacts): never => {
  throw new StepFailure({ kind, name, message, retryable });
};

/** Whatever user code threw, as data. An error whose `retryable` is false is not to be tried again. */
export const thrownFailure = (thrown: unknown): Failure => ({
  kind: "threw",
  name: thrown instanceof Error || hasText(thrown, "name") ? String((thrown as Error).name) : typeof thrown,
  message: messageOf(thrown),
  ...(hasText(thrown, "stack") ? { stack: withCauses(thrown as Error) } : {}),
  retryable: (thrown as { retryable?: unknown } | null)?.retryable !== false,
});

const hasText = (value: unknown, key: "name" | "stack" | "message"): boolean =>
  typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[key] === "string";

const messageOf = (thrown: unknown): string => {
  if (isParseError(thrown)) return describeParseError(thrown);
  if (hasText(thrown, "message")) return (thrown as Error).message;
  return `a value that is no error was thrown: ${inspectBriefly(thrown)}`;
};

const inspectBriefly = (value: unknown): string => {
  try {
    return String(typeof value === "string" ? value : JSON.stringify(value)).slice(0, 500);
  } catch {
    // A cyclic value or a hostile toJSON: its type has to do.
    return typeof value;
  }
};

const MAX_CAUSES = 8;

const withCauses = (error: Error): string => {
  const stacks: string[] = [];
  for (
    let at: unknown = error;
    hasText(at, "stack") && stacks.length < MAX_CAUSES;
    at = (at as Error).cause
  ) {
    stacks.push((at as Error).stack ?? "");
  }
  return stacks.join("\nCaused by: ");
};
