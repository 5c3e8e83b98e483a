import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod/mini";
import { createLocalArtifactStore } from "../../artifact/local-artifact-store.ts";
import { withOtherStores } from "../../artifact/with-other-stores.ts";
import { type Build, type PipelineRun, type PipelineSnapshot, RUNS_ELSEWHERE } from "../../model/index.ts";
import { RunSecrets } from "../../secrets/run-secrets.ts";
import { SecretFiles } from "../../secrets/secret-files.ts";
import { priorStates } from "../../step-launcher/prior.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import type { LaunchOptions } from "../../step-runner/launcher-port.ts";
import { workspacePaths } from "../../workspace/paths.ts";
import { openWorkspace, type Workspace } from "../../workspace/workspace.ts";
import { givenOutputs } from "../base/given-outputs.ts";
import { HOME_VARIABLE, LAUNCH_VARIABLE, LaunchSettings } from "../base/launch-settings.ts";
import { containerOutput } from "./container-output.ts";
import { LaunchError } from "./launch-error.ts";
import { readMaps } from "./read-maps.ts";

/** A run that this process works on, and the workspace that its records are in. */
export interface Launch extends AsyncDisposable {
  readonly context: RunContext;
  readonly build: Build | undefined;
  readonly options: LaunchOptions;
}

/** Opens the workspace, and finds or creates the run. @throws LaunchError */
export const openLaunch = async (options: LaunchOptions): Promise<Launch> => {
  const workspace = await openHome();
  try {
    const { metadata } = workspace;
    const snapshot = await metadata.getSnapshot(options.snapshotId);
    if (!snapshot) throw new LaunchError(unknownSnapshot(workspace, options), "badArguments");
    const settings = readSettings(snapshot);
    const run = await metadata.findOrCreateRun(newRun(snapshot, settings, options));
    const buildId = run.buildId ?? settings.buildId;
    return {
      context: await contextOf(workspace, run, snapshot, settings),
      build: buildId === null ? undefined : await metadata.getBuild(buildId),
      options,
      [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
    };
  } catch (error) {
    await workspace[Symbol.asyncDispose]();
    throw error;
  }
};

const openHome = async (): Promise<Workspace> => {
  const { [HOME_VARIABLE]: home, ZENML_LOCAL_STORES_PATH: stores } = process.env;
  const root = home || (stores && dirname(stores));
  if (!root) {
    throw new LaunchError(
      `Neither ${HOME_VARIABLE} nor ZENML_LOCAL_STORES_PATH is set: they say where the workspace is. ` +
        "Start the container with the environment that submitPipeline was given.",
      "badArguments",
    );
  }
  // Of other stores there are the directories: whoever submitted the run brought there what is kept elsewhere.
  const inDirectory = async (name: string, { paths }: Workspace) =>
    createLocalArtifactStore({ root: paths.stores, name });
  if (existsSync(workspacePaths(root).database)) return await openWorkspace(root, inDirectory);
  throw new LaunchError(
    `There is no workspace at ${root} in this container. Mount it read-write at the same path as on the host.`,
    "inputDamaged",
  );
};

const unknownSnapshot = ({ paths }: Workspace, { snapshotId }: LaunchOptions): string =>
  `The workspace ${paths.root} has no snapshot "${snapshotId}". Is --snapshot_id right, and is this the workspace of ` +
  "whoever submitted the pipeline?";

const readSettings = (snapshot: PipelineSnapshot): LaunchSettings => {
  const { [LAUNCH_VARIABLE]: text } = process.env;
  if (!text) {
    const stack = snapshot.stack ?? "unknown";
    return { stack, buildId: null, enableCache: true, handlesStepRetries: false };
  }
  try {
    return z.parse(LaunchSettings, JSON.parse(text));
  } catch (cause) {
    throw new LaunchError(
      `${LAUNCH_VARIABLE} is damaged: it is to be what submitPipeline was given.`,
      "badArguments",
      {
        cause,
      },
    );
  }
};

const newRun = (
  snapshot: PipelineSnapshot,
  { stack, buildId, enableCache }: LaunchSettings,
  { orchestratorRunId, runName }: LaunchOptions,
): PipelineRun => {
  if (!orchestratorRunId) throw new LaunchError(NO_RUN_ID, "badArguments");
  const now = new Date().toISOString();
  return {
    ...{ id: randomUUID(), name: runName(snapshot.pipelineName), pipelineName: snapshot.pipelineName },
    ...{ snapshotId: snapshot.id, buildId, orchestratorRunId, stack, status: "running" },
    ...{ createdAt: now, startedAt: now, finishedAt: null, failure: null },
    metadata: { enableCache, [RUNS_ELSEWHERE]: true },
  };
};

const NO_RUN_ID =
  "ZENML_RUN_ID is not set: it says which run this step belongs to, the same for all of its steps. Set it, or override " +
  "getOrchestratorRunId of the entrypoint configuration.";

const contextOf = async (
  { paths, metadata, artifactStore, artifactStoreOf }: Workspace,
  run: PipelineRun,
  snapshot: PipelineSnapshot,
  { enableCache, handlesStepRetries }: LaunchSettings,
): Promise<RunContext> => {
  const secrets = new RunSecrets(snapshot.invocations, {
    ...{ environment: process.env, projectRoot: dirname(paths.root) },
  });
  const context = {
    ...{ run, snapshot, paths, metadata, secrets, enableCache },
    artifactStore: withOtherStores(artifactStore, artifactStoreOf, paths.stores),
    backendRetries: handlesStepRetries,
    prior: await priorStates(metadata, run.id),
    outputs: await givenOutputs(metadata, run, snapshot),
    cached: new Set<string>(),
    secretFiles: new SecretFiles({ workspaceId: metadata.workspaceId, runId: run.id }),
    now: () => new Date(),
    ...containerOutput(secrets.masker),
    mapStack: await readMaps(paths.bundles, run, snapshot),
  };
  for (const [id, state] of context.prior)
    if (state.kind === "succeeded") context.outputs.set(id, state.outputs);
  return context;
};
