import { createMasker, type Masker } from "../util/masking/masker.ts";
import type { RunEventBody } from "./events.ts";
import type { Failure } from "./failure.ts";
import type { StepResult } from "./result.ts";

type Told = { readonly name: string; readonly message: string; readonly stack?: string | undefined };

/** A failure, of a step or of a hook, without values that nobody is to read. */
export const maskFailure = <T extends Told>(masker: Masker | undefined, failure: T): T => {
  if (!masker) return failure;
  const { name, message, stack } = failure;
  const masked = { name: masker.text(name), message: masker.text(message) };
  return { ...failure, ...masked, ...(stack === undefined ? {} : { stack: masker.text(stack) }) };
};

/** What a result tells of failures. Outputs stay as they are: what a step returns is its own to choose. */
export const maskResult = (values: Iterable<string>, result: StepResult): StepResult => {
  const { hookFailures } = result;
  // A masker takes its time to make, and most steps succeed.
  const masker = result.status === "failed" || hookFailures ? createMasker(values) : undefined;
  if (!masker) return result;
  return {
    ...result,
    ...(result.status === "failed" ? { failure: maskFailure(masker, result.failure) } : {}),
    ...(hookFailures ? { hookFailures: hookFailures.map((failure) => maskFailure(masker, failure)) } : {}),
  };
};

/** Texts that people wrote, or programs; never ids. What steps and hooks print was masked as a stream. */
export const maskEvent = (masker: Masker, event: RunEventBody): RunEventBody => {
  if (event.event === "warning") return { ...event, message: masker.text(event.message) };
  if (event.event === "build_output") return { ...event, line: masker.text(event.line) };
  if (event.event !== "step_status" && event.event !== "run_finished") return event;
  return event.failure ? { ...event, failure: maskFailure<Failure>(masker, event.failure) } : event;
};

/** Masks what an error and its causes say, in place: whoever catches it recognises it by what it is. */
export const maskError = (masker: Masker | undefined, error: unknown): void => {
  const seen = new Set<unknown>();
  for (let at = error; masker && at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    if (at instanceof SuppressedError) maskError(masker, at.suppressed);
    if (at instanceof SuppressedError) maskError(masker, at.error);
    for (const key of ["message", "stack"] as const) {
      const told = at[key];
      const masked = told === undefined ? told : masker.text(told);
      if (masked !== told)
        Object.defineProperty(at, key, { value: masked, configurable: true, writable: true });
    }
  }
};
