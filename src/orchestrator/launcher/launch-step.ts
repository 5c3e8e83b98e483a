import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { acquireRunLock, type RunLock } from "../../metadata/run-lock.ts";
import { type Invocation, isFinished } from "../../model/index.ts";
import { StepLauncher } from "../../step-launcher/step-launcher.ts";
import type { LaunchEnd, StepLaunchOptions } from "../../step-runner/launcher-port.ts";
import { hindrance, latestAttempts, settleRun, skippedStep, stepLockPath } from "../base/settle-run.ts";
import { LaunchError } from "./launch-error.ts";
import { launchSignals } from "./launch-signals.ts";
import { type Launch, openLaunch } from "./open-launch.ts";
import { ProcessExecutor } from "./process-executor.ts";

/**
 * Runs one step in this container from the records of its workspace to the records: finds or creates the run, takes a
 * cached result or executes the step, publishes what came of it, and how the run ended where this step was its last.
 *
 * @throws LaunchError
 */
export const launchStep = async (options: StepLaunchOptions): Promise<LaunchEnd> => {
  await using launch = await openLaunch(options);
  const { context } = launch;
  const invocation = context.snapshot.invocations[options.stepName];
  if (!invocation) throw new LaunchError(unknownStep(launch, options), "badArguments");
  try {
    using _ = await lockStep(launch, invocation);
    await launchLocked(launch, invocation);
  } finally {
    await settleRun(context);
  }
  return await endOf(launch, invocation);
};

const unknownStep = ({ context: { snapshot } }: Launch, { stepName }: StepLaunchOptions): string =>
  `Pipeline "${snapshot.pipelineName}" has no step "${stepName}". It has: ${Object.keys(snapshot.invocations).join(", ")}.`;

/** Only one process at a time may work on a step: a second one is the engine's mistake, or its haste. */
export const takeLock = async (path: string, what: string): Promise<RunLock> => {
  await mkdir(dirname(path), { recursive: true });
  const lock = acquireRunLock(path);
  if (lock) return lock;
  throw new LaunchError(`Another process that is alive works on ${what}.`, "notAssigned");
};

const lockStep = ({ context }: Launch, { id }: Invocation): Promise<RunLock> =>
  takeLock(stepLockPath(context, id), `step "${id}" of run ${context.run.name} (${context.run.id})`);

const launchLocked = async (launch: Launch, invocation: Invocation): Promise<void> => {
  const { context } = launch;
  if (await mayNotRun(launch, invocation)) return;
  context.secrets.require([invocation]);
  using stopping = launchSignals(context);
  const { released } = await new StepLauncher(context, invocation, executorOf(launch)).launch(
    stopping.signals,
  );
  await released;
};

/** What ended is only told again; what must not run any more is recorded as skipped. */
const mayNotRun = async ({ context }: Launch, invocation: Invocation): Promise<boolean> => {
  const { metadata, run, prior, outputs } = context;
  const kind = prior.get(invocation.id)?.kind;
  if (kind === "succeeded" || kind === "ended") return false;
  if (isFinished(run.status)) {
    throw new LaunchError(`Run ${run.name} (${run.id}) has ended: ${run.status}.`, "notAssigned");
  }
  const reason = hindrance(context, invocation, latestAttempts(await metadata.listStepRuns(run.id)));
  if (reason) await metadata.createMissingStepRuns([skippedStep(context, invocation, reason)]);
  if (reason) return true;
  const missing = invocation.upstreams.filter((id) => !outputs.has(id));
  if (missing.length === 0) return false;
  throw new LaunchError(
    `Step "${invocation.id}" was started before ${missing.map((id) => `"${id}"`).join(", ")}, which it needs, had ended. ` +
      "The engine is to start a step after all of its upstreams.",
    "inputDamaged",
  );
};

export const executorOf = ({ options, build, context: { snapshot, paths } }: Launch): ProcessExecutor =>
  new ProcessExecutor({
    ...{ entrypoint: options.entrypoint, build, snapshotId: snapshot.id },
    bundles: [options.bundles, paths.bundles],
  });

const endOf = async ({ context }: Launch, { id }: Invocation): Promise<LaunchEnd> => {
  const last = latestAttempts(await context.metadata.listStepRuns(context.run.id)).get(id);
  return { status: last?.status ?? "failed", failure: last?.failure ?? null };
};
