import type { RunEventBody, StepRun } from "../../model/index.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { attemptPaths } from "../../workspace/paths.ts";
import { FollowedLogs } from "./follow-logs.ts";

/** Milliseconds between two looks. */
const LOOK = 500;

/** Tells of each change of the run's steps that others record, and what they print, until it is disposed of. */
export const followRecords = async (context: RunContext): Promise<AsyncDisposable> => {
  const { metadata, run, emit } = context;
  const told = new Map((await metadata.listStepRuns(run.id)).map(({ id, status }) => [id, status] as const));
  const logs = new FollowedLogs(context);
  const look = async (): Promise<void> => {
    for (const step of await metadata.listStepRuns(run.id)) {
      if (told.get(step.id) === step.status) continue;
      told.set(step.id, step.status);
      await logs.keepUp(step);
      await emit(eventOf(context, step));
    }
  };
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
    looking.catch(() => {}); // told when it is disposed of
  }, LOOK);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await using _ = logs;
      await looking;
      await look();
    },
  };
};

const eventOf = ({ paths }: RunContext, step: StepRun): RunEventBody => {
  const { id, invocationId, attempt, status, failure, skipReason, startedAt, finishedAt } = step;
  return {
    ...{ event: "step_status", invocation: invocationId, stepRunId: id, attempt, status },
    ...(startedAt && finishedAt ? { durationMs: Date.parse(finishedAt) - Date.parse(startedAt) } : {}),
    ...(failure ? { failure, logPath: attemptPaths(paths, step).log } : {}),
    ...(skipReason ? { skipReason } : {}),
  };
};
