import { hooksOfEndBegun, type StepResult } from "../model/index.ts";
import type { ExecutionSignals } from "./port.ts";

/** Ends an attempt that takes too long as if it were asked to stop. */
export interface TimeLimit extends Disposable {
  readonly signals: ExecutionSignals;
  /** Starts the clock: time in which a container was only waiting does not count. */
  begin(secondsLeft?: number): void;
  /** The result as it is to be told: a failure after the limit is one of the limit. */
  asEnded(result: StepResult): StepResult;
}

export const withTimeout = (seconds: number | undefined, signals: ExecutionSignals): TimeLimit => {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signals: {
      signal: AbortSignal.any([signals.signal, controller.signal]),
      killSignal: signals.killSignal,
    },
    begin: (left = seconds) => {
      if (left !== undefined) timer = setTimeout(() => controller.abort(), left * 1000);
    },
    asEnded: (result) => {
      const settled = result.status === "completed" || hooksOfEndBegun(result);
      return controller.signal.aborted && !settled ? timedOut(result, seconds ?? 0) : result;
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
};

const timedOut = (result: Extract<StepResult, { status: "failed" }>, seconds: number): StepResult => ({
  ...result,
  failure: {
    kind: "timeout",
    name: "StepTimeout",
    message: `The step took longer than its timeout of ${seconds} s and was stopped.`,
    retryable: true,
  },
});
