import { StepdockError } from "../errors/error.ts";
import type { MetadataStore } from "../metadata/port.ts";
import type { ArtifactVersion, Invocation, PipelineSnapshot } from "../model/index.ts";

/** An input of a step is to come from an output that is not there. Mirrors ZenML's `InputResolutionError`. */
export class InputResolutionError extends StepdockError {
  readonly code = "input_resolution_failed";
}

/** The outputs of the invocations of this run that have succeeded: invocation → output → artifact. */
export type RunOutputs = ReadonlyMap<string, Readonly<Record<string, ArtifactVersion>>>;

/** Stands among the invocations of a run for all earlier ones: no invocation has such an id. */
export const EARLIER_RUNS = "::earlier";

/** The artifacts of earlier runs that a snapshot names, by id. One that was cleaned away is left out. */
export const earlierArtifacts = async (
  metadata: Pick<MetadataStore, "getArtifact">,
  { invocations }: PipelineSnapshot,
): Promise<Readonly<Record<string, ArtifactVersion>>> => {
  const artifacts: Record<string, ArtifactVersion> = {};
  for (const source of Object.values(invocations).flatMap(({ inputs }) => Object.values(inputs))) {
    const artifact = source.kind === "stored" && (await metadata.getArtifact(source.artifactId));
    if (artifact) artifacts[artifact.id] = artifact;
  }
  return artifacts;
};

/** The artifact behind each input that is one. Mirrors ZenML's `resolve_step_inputs`. */
export const resolveStepInputs = (
  invocation: Invocation,
  outputs: RunOutputs,
): Readonly<Record<string, ArtifactVersion>> => {
  const resolved: Record<string, ArtifactVersion> = {};
  for (const [name, source] of Object.entries(invocation.inputs)) {
    if (source.kind === "parameter") continue;
    if (source.kind === "stored") {
      resolved[name] = storedArtifact(invocation, { ...source, input: name }, outputs);
      continue;
    }
    const artifact = outputs.get(source.invocation)?.[source.output];
    if (!artifact) {
      throw new InputResolutionError(
        `Input "${name}" of "${invocation.id}" comes from output "${source.output}" of "${source.invocation}", ` +
          "which this run does not have.",
      );
    }
    resolved[name] = artifact;
  }
  return resolved;
};

const storedArtifact = (
  { id }: Invocation,
  stored: {
    readonly artifactId: string;
    readonly name: string;
    readonly version: number;
    readonly input: string;
  },
  outputs: RunOutputs,
): ArtifactVersion => {
  const artifact = outputs.get(EARLIER_RUNS)?.[stored.artifactId];
  if (artifact) return artifact;
  throw new InputResolutionError(
    `Input "${stored.input}" of "${id}" is artifact "${stored.name}", version ${stored.version}, which was removed ` +
      "since the run was begun. Start it anew with another version: `stepdock artifacts` lists them.",
  );
};
