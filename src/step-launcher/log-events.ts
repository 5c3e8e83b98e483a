import type { LogRecord } from "../logging/log-record.ts";
import type { Invocation } from "../model/index.ts";
import type { RunContext } from "./run-context.ts";

/** What may wait for a slow listener, in bytes, before the step's output is read no further. */
const MAX_WAITING = 8 * 1024 * 1024;

/** Of an event, besides its text. */
const OVERHEAD = 128;

/**
 * Tells the lines of an attempt as events. A promise, which holds back whoever reads the container, comes only where
 * much is waiting: an engine drops, from its own log as well, what it still holds 2 seconds after the exit, and a
 * terminal may stand still for longer. What a listener rejects with is told by the next line.
 */
export const logEvents = ({ emit }: Pick<RunContext, "emit">, { id: invocation }: Invocation) => {
  let waiting = 0;
  let failing: Promise<void> | undefined;
  return ({ time: _time, ...record }: LogRecord): void | Promise<void> => {
    const told = failing ?? emit({ event: "step_log", invocation, ...record });
    if (!told) return;
    const size = OVERHEAD + (record.text ?? record.bytes ?? "").length;
    waiting += size;
    const taken = told.then(() => {
      waiting -= size;
    });
    taken.catch(() => {
      failing = taken;
    });
    if (failing || waiting > MAX_WAITING) return taken;
  };
};
