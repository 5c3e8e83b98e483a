import { join } from "node:path";
import { type Failure, isFinished, type PipelineSnapshot, type StepRun } from "../../model/index.ts";
import { publishFailedStepRun } from "../../step-launcher/publish-utils.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { newStepRun } from "../../step-launcher/step-runs.ts";
import type { ActiveRun } from "./active-run.ts";
import { followRecords } from "./follow-records.ts";
import { hindrance, isHeld, latestAttempts, launchLockPath, settleRun, stepLockPath } from "./settle-run.ts";
import { passOn } from "./stop-request.ts";

/** The snapshot as it is submitted: without what earlier runs have the results of. */
export const withoutCached = ({ snapshot, cached }: RunContext): PipelineSnapshot => {
  if (cached.size === 0) return snapshot;
  const open = Object.values(snapshot.invocations).filter(({ id }) => !cached.has(id));
  const without = open.map((invocation) => ({
    ...invocation,
    upstreams: invocation.upstreams.filter((id) => !cached.has(id)),
  }));
  return { ...snapshot, invocations: Object.fromEntries(without.map((each) => [each.id, each])) };
};

/** Waits for an engine that runs the steps. Whatever stops the run is passed on to its launchers. */
export const awaitElsewhere = async (
  { context, request: { signals } }: ActiveRun,
  waitForCompletion: () => Promise<void>,
): Promise<void> => {
  const directory = join(context.paths.runs, context.run.id);
  // Asked twice, whoever waits for an engine that does not answer is let go; and where the launchers cannot be told.
  using passed = passOn(signals, directory);
  await using _ = await followRecords(context);
  await Promise.race([waitForCompletion(), passed.letGo]);
  await recordEnd(context);
};

/** After its engine said that the run is over: what has no end then never will. */
const recordEnd = async (context: RunContext): Promise<void> => {
  const { metadata, run, now } = context;
  await settleRun(context);
  if (isHeld(launchLockPath(context))) return;
  const all = Object.values(context.snapshot.invocations);
  // Looked at before the records: who lets go of a step has recorded its end.
  const free = all.filter(({ id }) => !isHeld(stepLockPath(context, id)));
  const latest = new Map(latestAttempts(await metadata.listStepRuns(run.id)));
  const finishedAt = now().toISOString();
  for (const invocation of free) {
    const step = latest.get(invocation.id);
    if (step && isFinished(step.status)) continue;
    if (step) await publishFailedStepRun(metadata, step.id, step.failure ?? LOST, { finishedAt });
    else if (!hindrance(context, invocation, latest)) {
      const stepRun = { ...newStepRun(context, invocation, { attempt: 1 }), ...NEVER_LAUNCHED, finishedAt };
      await metadata.createMissingStepRuns([stepRun]);
      latest.set(invocation.id, stepRun);
    }
  }
  await settleRun(context);
};

const LOST: Failure = {
  kind: "not_started",
  name: "LauncherLost",
  message:
    "The container that launched the step ended before it could record an end: the engine's own log of it tells why.",
  retryable: true,
};

const NEVER_LAUNCHED: Pick<StepRun, "status" | "failure"> = {
  status: "failed",
  failure: {
    kind: "not_started",
    name: "NeverLaunched",
    message:
      "The engine says that the pipeline is over, but nothing launched this step: no container with its arguments and " +
      "environment got to the workspace. The engine's own log of the container tells why.",
    retryable: true,
  },
};
