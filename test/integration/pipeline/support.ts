import Dockerode from "dockerode";
import { expect } from "vitest";
import { loadArtifact } from "../../../src/host/result.ts";
import type { ArtifactVersion, Failure, PipelineRun, RunEvent, StepRun } from "../../../src/model/index.ts";
import { openWorkspace, type Workspace } from "../../../src/workspace/workspace.ts";
import { type CliOptions, type CliResult, runJson } from "../../fixtures/cli.ts";
import type { Project } from "../../fixtures/project.ts";

export const docker = new Dockerode();

export const open = (project: Project): Promise<Workspace> => openWorkspace(project.path(".stepdock"));

/** A run that has ended, with its records as they are in the database. */
export interface EndedRun extends CliResult {
  readonly events: readonly RunEvent[];
  readonly run: PipelineRun;
  readonly steps: readonly StepRun[];
  /** The last attempt of an invocation. */
  step(invocation: string): StepRun;
  /** Fails the test unless the invocation did. */
  failure(invocation: string): Failure;
}

/** Runs a pipeline of `pipeline.ts` with the built command line, and reads what was recorded. */
export const runPipeline = async (
  project: Project,
  name: string,
  { args = [], ...options }: Partial<CliOptions> & { readonly args?: readonly string[] } = {},
): Promise<EndedRun> => {
  const result = await runJson(["pipeline.ts", name, ...args], { cwd: project.directory, ...options });
  const started = result.events.find(({ event }) => event === "run_started");
  if (started?.event !== "run_started") return expect.unreachable(`no run: ${result.stderr}`);
  await using workspace = await open(project);
  const run = await workspace.metadata.getRun(started.runId);
  if (!run) return expect.unreachable(`no record of run ${started.runId}`);
  const steps = await workspace.metadata.listStepRuns(run.id);
  const step = (invocation: string) =>
    steps.findLast(({ invocationId }) => invocationId === invocation) ??
    expect.unreachable(`no step run of ${invocation}: ${result.stderr}`);
  const failure = (invocation: string) =>
    step(invocation).failure ?? expect.unreachable(`${invocation} is ${step(invocation).status}`);
  return { ...result, run, steps, step, failure };
};

/** The only output of a step run, with its files' directory. */
export const outputOf = async (
  project: Project,
  { id }: StepRun,
): Promise<{ readonly artifact: ArtifactVersion; readonly path: string; readonly hash: string }> => {
  await using workspace = await open(project);
  const [artifact] = Object.values(await workspace.metadata.outputsOf(id));
  if (!artifact) return expect.unreachable(`step run ${id} has no output`);
  const { contentHash } = await workspace.artifactStore.hash(artifact.uri);
  return { artifact, path: workspace.artifactStore.path(artifact.uri), hash: contentHash };
};

/** The only value that a step returned, as it is stored. */
export const returnedBy = async <T>(project: Project, stepRun: StepRun): Promise<T> => {
  await using workspace = await open(project);
  const [artifact] = Object.values(await workspace.metadata.outputsOf(stepRun.id));
  if (!artifact) return expect.unreachable(`${stepRun.invocationId} is ${stepRun.status}`);
  return (await loadArtifact({ workspace }, artifact)) as T;
};

export interface Leftovers {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

export const NOTHING: Leftovers = { containers: [], networks: [], volumes: [] };

/** What the engine has with the label of a project's workspace, running or not. */
export const leftoversOf = async (project: Project): Promise<Leftovers> => {
  await using workspace = await open(project);
  const filters = { label: [`dev.stepdock.workspace=${workspace.metadata.workspaceId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters: JSON.stringify(filters) });
  const { Volumes: volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) });
  return {
    containers: containers.map(({ Names, State }) => `${Names.join(" ")} (${State})`),
    networks: networks.map(({ Name }) => Name),
    volumes: (volumes ?? []).map(({ Name }) => Name),
  };
};
