import { availableParallelism } from "node:os";
import { isFinished } from "../../model/index.ts";
import type { LaunchEnd, LaunchOptions } from "../../step-runner/launcher-port.ts";
import { openInvocations } from "../base/open-invocations.ts";
import { runDag } from "../base/run-dag.ts";
import { launchLockPath, settleRun } from "../base/settle-run.ts";
import { LaunchError } from "./launch-error.ts";
import { launchSignals } from "./launch-signals.ts";
import { executorOf, takeLock } from "./launch-step.ts";
import { openLaunch } from "./open-launch.ts";

/**
 * Runs all steps of a pipeline in this container, each in a process of its own, as many at once as there are processors.
 * What an earlier container of the same run had brought to an end is not done again.
 *
 * @throws LaunchError
 */
export const launchPipeline = async (options: LaunchOptions): Promise<LaunchEnd> => {
  await using launch = await openLaunch(options);
  const { run, metadata, ...others } = launch.context;
  if (isFinished(run.status)) {
    throw new LaunchError(`Run ${run.name} (${run.id}) has ended: ${run.status}.`, "notAssigned");
  }
  using _ = await takeLock(launchLockPath(launch.context), `run ${run.name} (${run.id})`);
  // The engine starts this container again, if at all, not a step.
  const context = { ...others, run, metadata, backendRetries: false };
  context.secrets.require(openInvocations(context));
  using stopping = launchSignals(context);
  try {
    const maxParallelism = availableParallelism();
    await runDag(context, { executor: executorOf(launch), maxParallelism, signals: stopping.signals });
  } finally {
    await settleRun(context);
  }
  const { status, failure } = await metadata.findRun(run.id);
  return { status, failure };
};
