import { ArtifactStoreError } from "../artifact/store-error.ts";
import { isStepdockError } from "../errors/error.ts";
import type { ArtifactVersion, Failure } from "../model/index.ts";
import type { RunContext } from "./run-context.ts";

/**
 * Brings the inputs of a step to this machine, where they are not; or tells why it cannot be given them: one of them is not
 * what its producer published. Told before anything of the attempt is created; content is hashed again only where a file's
 * status differs.
 */
export const bringInputs = async (
  { artifactStore }: Pick<RunContext, "artifactStore">,
  inputs: Readonly<Record<string, ArtifactVersion>>,
  signal: AbortSignal,
): Promise<Failure | undefined> => {
  for (const [name, artifact] of Object.entries(inputs)) {
    try {
      await artifactStore.fetch(artifact, { signal });
    } catch (error) {
      if (signal.aborted) return STOPPED;
      if (isStepdockError(error)) return failureOf(name, error);
      throw error;
    }
  }
  return undefined;
};

/** A store that cannot be reached may be there the next time. */
const failureOf = (input: string, error: Error): Failure => ({
  kind: "input_damaged",
  name: error.name,
  message: `Input "${input}" cannot be used: ${error.message}`,
  retryable: error instanceof ArtifactStoreError,
});

const STOPPED: Failure = {
  kind: "stopped",
  name: "StepStopped",
  message: "The step was stopped before it began.",
  retryable: true,
};
