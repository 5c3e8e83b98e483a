import { SecretMissingError } from "./errors.ts";
import { envFileOf, findSecrets, type SecretSources } from "./find-secrets.ts";

/** Looks secrets up one by one, as they are needed. */
export const secretLookup = (sources: SecretSources) => ({
  /** @param neededBy what needs it, for the error @throws SecretMissingError, SecretSourceError */
  get: (name: string, neededBy: string): string => {
    const found = findSecrets([name], sources).get(name) ?? { problem: "it is not set" };
    if ("value" in found) return found.value;
    throw new SecretMissingError(
      [{ name, problem: found.problem, neededBy: [neededBy] }],
      envFileOf(sources),
    );
  },
});
