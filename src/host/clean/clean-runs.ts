import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { ArtifactStore } from "../../artifact/port.ts";
import { isStepdockError } from "../../errors/error.ts";
import { acquireRunLock, type RunLock } from "../../metadata/run-lock.ts";
import {
  type ArtifactVersion,
  bundlesOfSnapshot,
  IMPORTED,
  isFinished,
  isSuccessful,
  type PipelineRun,
  runsElsewhere,
  type StepRun,
} from "../../model/index.ts";
import { StackComponents } from "../../stack/catalog.ts";
import { generateArtifactUri } from "../../step-launcher/output-utils.ts";
import type { CleanContext } from "../clean.ts";
import { runLockPath } from "../run-state.ts";
import { finishRemovals } from "./removals.ts";

export interface CleanedRuns {
  readonly kept: readonly PipelineRun[];
  /** Code hashes that the removed ones named. */
  readonly codeHashes: ReadonlySet<string>;
}

/** Removes the runs that are neither among the newest nor young enough. */
export const cleanRuns = async (
  context: CleanContext,
  { keep, olderThan }: { keep: number; olderThan: number },
): Promise<CleanedRuns> => {
  const { metadata } = context.workspace;
  await finishRemovals(context);
  const youngest = context.now.getTime() - olderThan;
  const [kept, removed, codeHashes]: [PipelineRun[], PipelineRun[], Set<string>] = [[], [], new Set()];
  for (const [index, run] of (await metadata.listRuns()).entries()) {
    const old = index >= keep && Date.parse(run.createdAt) <= youngest;
    const named = old ? await codeHashesOf(context, run) : [];
    const gone = old && (await removeRun(context, run));
    (gone ? removed : kept).push(run);
    for (const hash of gone ? named : []) codeHashes.add(hash);
  }
  if (context.dryRun) await tellArtifacts(context, kept, removed);
  return { kept, codeHashes };
};

/** SHA-256 of each bundle that a run was begun with. */
export const codeHashesOf = async (
  { workspace }: CleanContext,
  { snapshotId }: PipelineRun,
): Promise<string[]> => {
  const snapshot = await workspace.metadata.getSnapshot(snapshotId);
  return snapshot ? bundlesOfSnapshot(snapshot) : [];
};

/** With its lock held, so that nobody resumes it meanwhile. False where its owner lives. */
const removeRun = async (context: CleanContext, run: PipelineRun): Promise<boolean> => {
  const { paths } = context.workspace;
  const directory = join(paths.runs, run.id);
  const goesOn = runsElsewhere(run) && !isFinished(run.status);
  const lock = goesOn ? undefined : lockOf(directory, runLockPath(paths, run.id));
  if (!lock) {
    await context.note(`run ${run.name} (${run.id}) goes on and is kept`);
    return false;
  }
  using _ = lock;
  await context.remove({ kind: "run", id: run.id, name: run.name }, async () => {
    await forget(context, run);
    await rm(directory, { recursive: true, force: true });
  });
  return true;
};

const lockOf = (directory: string, path: string): RunLock | undefined =>
  existsSync(directory) ? acquireRunLock(path) : NO_LOCK;

const NO_LOCK: RunLock = { [Symbol.dispose]: () => {} };

const forget = async (context: CleanContext, run: PipelineRun): Promise<void> => {
  const artifactStore = await storeOfRun(context.workspace, run);
  const imported = run.metadata[IMPORTED] === true;
  const uris = artifactStore ? await unpublishedUris(context, run, artifactStore) : [];
  // Where it cannot be reached the run stays.
  if (!imported) await artifactStore?.check();
  if (!isFinished(run.status)) await endInterrupted(context, run);
  const leftOver = uris.map((uri) => ({ uri, imported }));
  await context.workspace.metadata.removeRun(run.id, leftOver);
  await finishRemovals(context);
};

/** What the store would say if the runs were removed: the artifacts that only they refer to. */
const tellArtifacts = async (
  context: CleanContext,
  kept: readonly PipelineRun[],
  removed: readonly PipelineRun[],
): Promise<void> => {
  const used = await artifactsOf(context, kept);
  for (const { id, uri, name, sizeBytes } of (await artifactsOf(context, removed)).values()) {
    if (!used.has(id)) await context.remove({ kind: "artifact", id: uri, name, sizeBytes }, async () => {});
  }
};

const artifactsOf = async (
  { workspace: { metadata } }: CleanContext,
  runs: readonly PipelineRun[],
): Promise<ReadonlyMap<string, ArtifactVersion>> => {
  const artifacts = new Map<string, ArtifactVersion>();
  for (const run of runs) {
    for (const { id } of await metadata.listStepRuns(run.id)) {
      const linked = [await metadata.inputsOf(id), await metadata.outputsOf(id)];
      for (const artifact of linked.flatMap(Object.values<ArtifactVersion>))
        artifacts.set(artifact.id, artifact);
    }
  }
  return artifacts;
};

/** Only a run that has ended may be removed. */
const endInterrupted = async ({ workspace, now }: CleanContext, { id }: PipelineRun): Promise<void> => {
  await workspace.metadata.updateRun(id, { status: "stopped", finishedAt: now.toISOString() });
};

/** Where steps that never published anything may have begun to write. */
const unpublishedUris = async (
  { workspace: { metadata } }: CleanContext,
  run: PipelineRun,
  artifactStore: ArtifactStore,
): Promise<string[]> => {
  const snapshot = await metadata.getSnapshot(run.snapshotId);
  const outputsOf = ({ invocationId }: StepRun) =>
    Object.keys(snapshot?.invocations[invocationId]?.outputs ?? {});
  const steps = (await metadata.listStepRuns(run.id)).filter(({ status }) => !isSuccessful(status));
  return steps.flatMap((step) =>
    outputsOf(step).map((name) => generateArtifactUri(artifactStore, step, name)),
  );
};

/** The store that a run's artifacts were to lie in; undefined where it is not there any more. */
const storeOfRun = async (
  workspace: CleanContext["workspace"],
  { metadata }: PipelineRun,
): Promise<ArtifactStore | undefined> => {
  const { data: names } = z.safeParse(StackComponents, metadata.components);
  if (!names) return workspace.artifactStore;
  return await workspace.storeNamed(names.artifactStore).catch((error) => {
    if (isStepdockError(error) && error.code === "not_found") return undefined;
    throw error;
  });
};
