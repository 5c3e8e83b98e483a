import { loadInput } from "../artifact/store-output.ts";
import type { House } from "../composition.ts";
import { StepdockError } from "../errors/error.ts";
import type { ArtifactVersion, PipelineRun, PipelineSnapshot, StepRun } from "../model/index.ts";
import type { OutputHandle } from "../pipeline/schema.ts";
import { registryFor } from "./own-registry.ts";

/** The value behind a handle, or behind each handle of a record. */
export type OutputValues<R> =
  R extends OutputHandle<infer T>
    ? T
    : { [K in keyof R as R[K] extends OutputHandle<unknown> ? K : never]: ValueOf<R[K]> };

type ValueOf<H> = H extends OutputHandle<infer T> ? T : never;

/** An output of a run that is asked for and not there. */
export class OutputMissingError extends StepdockError {
  readonly code = "artifact_missing";
}

/** How a run ended, with its records. */
export interface RunResult<R = unknown> {
  readonly run: PipelineRun;
  /** In the order they were published; one for each attempt. */
  readonly steps: readonly StepRun[];
  /** The values that `define` returned; throws where a step that makes one did not succeed. */
  outputs(): Promise<OutputValues<R>>;
}

/** Reads the outputs of a pipeline run from the artifact store. */
export const loadOutputs = async (
  { workspace }: Pick<House, "workspace">,
  snapshot: PipelineSnapshot,
  steps: readonly StepRun[],
): Promise<unknown> => {
  const load = async ({ invocation, output }: { invocation: string; output: string }) => {
    const step = steps.findLast((each) => each.invocationId === invocation);
    const artifact = step && (await workspace.metadata.outputsOf(step.id))[output];
    if (!artifact) throw missing(invocation, output, step?.status);
    return await loadArtifact({ workspace }, artifact);
  };
  const entries = Object.entries(snapshot.outputs).map(
    async ([name, from]) => [name, await load(from)] as const,
  );
  const values = Object.fromEntries(await Promise.all(entries));
  return snapshot.anonymousOutput ? Object.values(values)[0] : values;
};

/** Reads an artifact's value, after a check that it is what was published. */
export const loadArtifact = async (
  { workspace }: Pick<House, "workspace">,
  artifact: ArtifactVersion,
): Promise<unknown> => {
  const artifactStore = await workspace.artifactStoreOf(artifact.uri);
  await artifactStore.fetch(artifact);
  const registry = await registryFor(workspace, artifact);
  return await loadInput(artifactStore.path(artifact.uri), artifact.materializer, registry);
};

const missing = (invocation: string, output: string, status: string | undefined): OutputMissingError =>
  new OutputMissingError(
    `Output "${output}" of "${invocation}" is not there: the step ${status ? `is ${status}` : "did not run"}.`,
  );
