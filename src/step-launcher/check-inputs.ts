import { ArtifactDamagedError, ArtifactMissingError } from "../artifact/errors.ts";
import type { ArtifactVersion, Failure } from "../model/index.ts";
import type { RunContext } from "./run-context.ts";

/**
 * Why a step cannot be given its inputs: one of them is not what its producer published. Told before anything of the
 * attempt is created; content is hashed again only where a file's status differs.
 */
export const damagedInput = async (
  { artifactStore }: RunContext,
  inputs: Readonly<Record<string, ArtifactVersion>>,
): Promise<Failure | undefined> => {
  for (const [name, artifact] of Object.entries(inputs)) {
    try {
      await artifactStore.verify(artifact);
    } catch (error) {
      if (error instanceof ArtifactDamagedError || error instanceof ArtifactMissingError)
        return failureOf(name, error);
      throw error;
    }
  }
  return undefined;
};

const failureOf = (input: string, error: Error): Failure => ({
  kind: "input_damaged",
  name: error.name,
  message: `Input "${input}" cannot be used: ${error.message}`,
  retryable: false,
});
