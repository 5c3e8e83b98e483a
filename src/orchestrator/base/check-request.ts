import type { PipelineSnapshot } from "../../model/index.ts";
import type { Stack } from "../../stack/stack.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import type { OrchestratorTraits } from "./config.ts";
import { NotSupportedError } from "./errors.ts";
import type { OrchestratorServices, RunRequest } from "./services.ts";

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
