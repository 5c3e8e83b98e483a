import type { LogRecord } from "../logging/log-record.ts";
import type { Invocation } from "../model/index.ts";
import type { RunContext } from "./run-context.ts";

/** What may wait for a slow listener, in bytes, before the step's output is read no further. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Of an event, besides its text. */
const OVERHEAD = 128;

/** Lines that wait for the same promise: in a burst there is one for thousands of them. */
interface Batch {
  readonly told: Promise<void>;
  size: number;
}

/**
 * Tells the lines of an attempt as events. A promise, which holds back whoever reads the container, comes only where
 * much is waiting: an engine drops, from its own log as well, what it still holds 2 seconds after the exit, and a
 * terminal may stand still for longer. What a listener rejects with is told by the next line.
 */
export const logEvents = ({ emit }: Pick<RunContext, "emit">, { id: invocation }: Invocation) => {
  let waiting = 0;
  let last: Batch | undefined;
  let failed: Promise<void> | undefined;
  const begin = (told: Promise<void>): Batch => {
    const batch = { told, size: 0 };
    const done = () => {
      waiting -= batch.size;
      if (last === batch) last = undefined;
    };
    told.then(done, () => {
      failed = told;
    });
    return batch;
  };
  return ({ time: _time, ...record }: LogRecord): void | Promise<void> => {
    const told = failed ?? emit({ event: "step_log", invocation, ...record });
    if (!told || failed) return told;
    if (last?.told !== told) last = begin(told);
    const size = OVERHEAD + (record.text ?? record.bytes ?? "").length;
    last.size += size;
    waiting += size;
    if (waiting > MAX_WAITING) return told;
  };
};
