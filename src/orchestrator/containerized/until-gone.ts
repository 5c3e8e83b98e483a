import type { ExitState, StartedContainer } from "../../docker/port.ts";

/** Seconds that a process may stay after it has reported its result. */
const STAY_SECONDS = 10;

/**
 * Waits for the exit of a container whose outcome is known. One that stays is killed: the entrypoint ends at once, so
 * only a step that keeps its own process alive does, and it would hold its slot, and the run, for ever.
 */
export const untilGone = async (
  started: Pick<StartedContainer, "ended" | "kill">,
): Promise<{ readonly exit: ExitState; readonly warnings: readonly string[] }> => {
  const warnings: string[] = [];
  const timer = setTimeout(() => {
    warnings.push(`The step's process was still there ${STAY_SECONDS} s after its result, and was killed.`);
    started.kill().catch((error: Error) => warnings.push(error.message));
  }, STAY_SECONDS * 1000);
  try {
    return { exit: await started.ended, warnings };
  } finally {
    clearTimeout(timer);
  }
};
