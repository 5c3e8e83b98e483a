import type { RecordListener } from "../logging/listener-feed.ts";
import { openStepLog, openStepLogLazily, type StepLog } from "../logging/step-log.ts";
import type { Assignment, Invocation } from "../model/index.ts";
import type { AttemptPaths } from "../workspace/paths.ts";
import type { RunContext } from "./run-context.ts";
import { getConfigEnvironmentVars } from "./utils.ts";

/** Variables of a step's process. */
export const environmentOf = (
  { run, snapshot, paths }: Pick<RunContext, "run" | "snapshot" | "paths">,
  invocation: Invocation,
): Record<string, string> => ({
  ...invocation.environment,
  ...getConfigEnvironmentVars({
    ...{ snapshot, runName: run.name },
    orchestratorRunId: run.orchestratorRunId,
    storesPath: paths.stores,
  }),
  ZENML_STEP_NAME: invocation.id,
});

export interface AssignedProcess {
  readonly context: RunContext;
  readonly invocation: Invocation;
  readonly assignment: Assignment;
  readonly paths: AttemptPaths;
}

/** Opens the log of a step's process; what it prints is told as it comes. */
export const openLog = async (
  { context, invocation, assignment, paths }: AssignedProcess,
  { lazily = false }: { readonly lazily?: boolean | undefined } = {},
): Promise<StepLog> => {
  const options = {
    path: paths.log,
    nonce: assignment.nonce,
    masker: context.secrets.masker,
    now: context.now,
    onRecord: linesToEvents(context, invocation),
  };
  return lazily ? openStepLogLazily(options) : await openStepLog(options);
};

/** Tells each line that a step prints, at the time at which it came; undefined where nobody listens. */
export const linesToEvents = (
  { tell }: Pick<RunContext, "tell">,
  { id: invocation }: Pick<Invocation, "id">,
): RecordListener | undefined => {
  if (!tell) return undefined;
  return ({ time, stream, text, bytes, partial }) => {
    const event = { time, event: "step_log", invocation, stream, ...(partial ? { partial } : {}) } as const;
    return tell(text === undefined ? { ...event, bytes: bytes ?? "" } : { ...event, text });
  };
};
