import { join } from "node:path";
import { type Failure, isFinished, type PipelineSnapshot, type StepRun } from "../../model/index.ts";
import type { Stack } from "../../stack/stack.ts";
import { publishFailedStepRun } from "../../step-launcher/publish-utils.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { newStepRun } from "../../step-launcher/step-runs.ts";
import type { ActiveRun } from "./active-run.ts";
import type { OrchestratorTraits } from "./config.ts";
import { NotSupportedError } from "./errors.ts";
import { followRecords } from "./follow-records.ts";
import type { OrchestratorServices, RunRequest } from "./services.ts";
import { hindrance, isHeld, latestAttempts, launchLockPath, settleRun, stepLockPath } from "./settle-run.ts";
import { passOn } from "./stop-request.ts";

interface Orchestrator {
  readonly name: string;
  readonly flavor: string;
  readonly traits: OrchestratorTraits;
  readonly runsElsewhere: boolean;
  readonly supportedExecutionModes: readonly string[];
}

/** What the orchestrator cannot do. @throws NotSupportedError before anything is recorded */
export const checkRequest = (
  orchestrator: Orchestrator,
  request: RunRequest,
  stack: Stack,
  services: OrchestratorServices,
): void => {
  checkTraits(orchestrator);
  checkMode(orchestrator, request.snapshot);
  if (orchestrator.runsElsewhere) checkElsewhere(orchestrator, request, stack, services);
};

/** Steps that this process runs end with it, so somebody has to wait for them. */
const checkTraits = ({ name, flavor, runsElsewhere, traits }: Orchestrator): void => {
  if (runsElsewhere || traits.isSynchronous) return;
  throw new NotSupportedError(
    `Orchestrator "${name}" (${flavor}) has both an \`executor()\`, which runs steps in this process, and ` +
      "`traits.isSynchronous` false, which has `run` return before they have ended: nobody would run them. Leave " +
      "`isSynchronous` true, or have no `executor()` and let `submitPipeline` start the steps elsewhere.",
  );
};

const checkMode = (
  { name, flavor, supportedExecutionModes: supported }: Orchestrator,
  { executionMode, pipelineName }: PipelineSnapshot,
): void => {
  if (supported.includes(executionMode)) return;
  throw new NotSupportedError(
    `Pipeline "${pipelineName}" asks for the execution mode ${executionMode}, which orchestrator "${name}" (${flavor}) ` +
      `does not support. It supports: ${supported.join(", ")}. Ask for one of these, with --execution-mode or the ` +
      "pipeline's executionMode.",
  );
};

/** As ZenML's local orchestrators do: it is not run later than asked for, but at once. */
export const warnOfSchedule = async (
  { name, flavor, traits }: Pick<Orchestrator, "name" | "flavor" | "traits">,
  { snapshot, emit }: RunContext,
): Promise<void> => {
  if (!snapshot.schedule || traits.isSchedulable) return;
  const message = `Orchestrator "${name}" (${flavor}) has no schedules: that of pipeline "${snapshot.pipelineName}" is ignored, and it runs now.`;
  await emit({ event: "warning", message });
};

/** What launchers cannot do. */
const checkElsewhere = (
  { name, flavor }: Orchestrator,
  { snapshot, resume }: RunRequest,
  { artifactStore }: Stack,
  { metadata }: OrchestratorServices,
): void => {
  const refuse = (what: string) => {
    throw new NotSupportedError(`Orchestrator "${name}" (${flavor}) has its steps run elsewhere, ${what}`);
  };
  if (resume) {
    refuse(`so run ${resume.id} cannot be resumed here: it goes on by itself. \`stepdock stop\` ends it.`);
  }
  if (artifactStore.id !== `${metadata.workspaceId}/default`) {
    refuse(
      `which so far takes the artifact store "default", not "${artifactStore.name}": give its stack that one.`,
    );
  }
  for (const { id, container, settings, stepOperator } of Object.values(snapshot.invocations)) {
    if (container)
      refuse(`and "${id}" is a container step, whose image has nothing in it that could launch it.`);
    if (settings.docker?.skipBuild)
      refuse(`and the image of "${id}" is used as it is, with no launcher in it.`);
    if (stepOperator !== undefined)
      refuse(`and nobody would ask step operator "${stepOperator}" of "${id}" there.`);
    if (settings.services) refuse(`and nobody would start the services of "${id}" there.`);
  }
};

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
