import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import type { Assignment, Failure, StepHookName } from "../model/index.ts";
import { attemptPaths } from "../workspace/paths.ts";
import { type AssignedProcess, environmentOf, openLog } from "./attempt-process.ts";
import type { AttemptRecords } from "./attempt-records.ts";
import type { ExecutionSignals, StepExecutor } from "./port.ts";
import { withTimeout } from "./timeout.ts";

/** An attempt that has its final status, and who is to be told of its hooks. */
export interface EndedAttempt extends AssignedProcess {
  readonly records: AttemptRecords;
}

/**
 * Calls the hooks that the end of an attempt is due and that its own process did not call, as it was killed, was out of
 * time, or could not load its step. They get a process of their own in the same environment, a log of their own in the
 * directory `hook` beside the attempts, and the step's timeout. Nothing that goes wrong here changes the outcome.
 */
export const callMissedHooks = async (
  attempt: EndedAttempt,
  executor: StepExecutor,
  signals: ExecutionSignals,
): Promise<void> => {
  const { names, failure } = attempt.records.missedHooks;
  if (names.length === 0 || signals.signal.aborted) return;
  try {
    const process = await prepare(attempt, names, failure);
    await attempt.records.hooksEnded(await execute(process, executor, signals), names);
  } catch (error) {
    await attempt.records.warn([`${names.join(" and ")} could not be called: ${(error as Error).message}`]);
  }
};

const prepare = async (
  { context, invocation, assignment }: EndedAttempt,
  names: StepHookName[],
  failure: Failure | undefined,
): Promise<AssignedProcess> => {
  const { runId, invocationId } = assignment;
  const paths = attemptPaths(context.paths, { runId, invocationId, attempt: "hook" });
  await mkdir(paths.exchange, { recursive: true });
  const hook: Assignment["hook"] = { names, ...(failure ? { failure } : {}) };
  const own = { inputs: {}, outputs: {}, attemptDirectory: paths.exchange, hook };
  const nonce = randomBytes(16).toString("hex");
  return { context, invocation, paths, assignment: { ...assignment, ...own, nonce } };
};

const execute = async (process: AssignedProcess, executor: StepExecutor, signals: ExecutionSignals) => {
  const { context, invocation } = process;
  await using log = await openLog(process);
  using limit = withTimeout(invocation.timeout, signals);
  const { result, released } = await executor.execute(
    {
      ...{ ...process, log, environment: environmentOf(context, invocation), published: Promise.resolve() },
      given: context.secrets.of(invocation),
      assigned: async () => limit.begin(),
    },
    limit.signals,
  );
  await released;
  return result;
};
