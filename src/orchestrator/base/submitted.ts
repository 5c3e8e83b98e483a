import type { PipelineRun, PipelineSnapshot } from "../../model/index.ts";
import { earlierArtifacts } from "../../step-launcher/input-utils.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { getConfigEnvironmentVars } from "../../step-launcher/utils.ts";
import type { ActiveRun } from "./active-run.ts";
import type { OrchestratorTraits } from "./config.ts";
import { withoutCached } from "./elsewhere.ts";
import { launchEnvironment } from "./launch-settings.ts";

type Variables = Readonly<Record<string, string>>;

/** What `submitPipeline` is given of a run. */
export interface Submitted {
  /** Without what is cached already. */
  readonly snapshot: PipelineSnapshot;
  readonly base: Variables;
  /** Invocation → its variables, with the base ones. */
  readonly perStep: Readonly<Record<string, Variables>>;
  readonly placeholder: PipelineRun;
}

interface Orchestrator {
  readonly runsElsewhere: boolean;
  readonly traits: OrchestratorTraits;
}

/** Brings the artifacts of earlier runs that the steps take: a launcher has no store but the workspace's directories. */
const bringEarlier = async ({ context, request }: ActiveRun, snapshot: PipelineSnapshot): Promise<void> => {
  const { metadata, artifactStore } = context;
  const { signal } = request.signals;
  for (const artifact of Object.values(await earlierArtifacts(metadata, snapshot)))
    await artifactStore.fetch(artifact, { signal });
};

export const submitted = async (
  active: ActiveRun,
  { runsElsewhere, traits }: Orchestrator,
): Promise<Submitted> => {
  const { context } = active;
  const snapshot = withoutCached(context);
  if (runsElsewhere) await bringEarlier(active, snapshot);
  // Read again: its images are on record now.
  const placeholder = await context.metadata.findRun(context.run.id);
  const base = {
    ...baseEnvironment(context),
    ...(runsElsewhere ? launchVariables(context, placeholder, traits) : {}),
  };
  const perStep = Object.values(snapshot.invocations).map(
    ({ id, environment }) => [id, { ...environment, ...base, ZENML_STEP_NAME: id }] as const,
  );
  return { snapshot, base, perStep: Object.fromEntries(perStep), placeholder };
};

const baseEnvironment = ({ run, snapshot, paths }: RunContext): Variables =>
  getConfigEnvironmentVars({
    ...{ snapshot, runName: run.name, orchestratorRunId: run.orchestratorRunId, storesPath: paths.stores },
  });

const launchVariables = (
  { paths, enableCache }: RunContext,
  { stack, buildId }: PipelineRun,
  { handlesStepRetries }: OrchestratorTraits,
): Variables => launchEnvironment(paths.root, { stack, buildId, enableCache, handlesStepRetries });
