import { StepdockError } from "../errors/error.ts";
import type { ArtifactVersion, Invocation } from "../model/index.ts";

/** An input of a step is to come from an output that is not there. Mirrors ZenML's `InputResolutionError`. */
export class InputResolutionError extends StepdockError {
  readonly code = "input_resolution_failed";
}

/** The outputs of the invocations of this run that have succeeded: invocation → output → artifact. */
export type RunOutputs = ReadonlyMap<string, Readonly<Record<string, ArtifactVersion>>>;

/** The artifact behind each input that is one. Mirrors ZenML's `resolve_step_inputs`. */
export const resolveStepInputs = (
  invocation: Invocation,
  outputs: RunOutputs,
): Readonly<Record<string, ArtifactVersion>> => {
  const resolved: Record<string, ArtifactVersion> = {};
  for (const [name, source] of Object.entries(invocation.inputs)) {
    if (source.kind !== "artifact") continue;
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
