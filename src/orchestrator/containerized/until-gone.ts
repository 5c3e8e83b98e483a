import type { ExitState, StartedContainer } from "../../docker/port.ts";
import type { StepResult } from "../../model/index.ts";
import type { StepRelease } from "../../step-launcher/port.ts";
import { lateWarnings } from "./attempt-end.ts";

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

/** Waits for the exit, which the outcome does not wait for; what was wrong with it is a warning. Never rejects. */
export const releaseOf = (
  started: Pick<StartedContainer, "ended" | "kill">,
  result: StepResult,
): Promise<StepRelease> =>
  untilGone(started).then(
    ({ exit, warnings }) => ({
      exitCode: exit.exitCode,
      // After a kill of ours, the exit tells nothing that the warning does not.
      warnings: warnings.length > 0 ? warnings : lateWarnings(exit, result),
    }),
    (error: Error) => ({ exitCode: null, warnings: [error.message] }),
  );
