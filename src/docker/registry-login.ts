import type { Environment } from "./docker-config.ts";
import { registryOf } from "./image-reference.ts";
import type { RegistryOptions } from "./port.ts";
import { findRegistryAuth, type RegistryAuth } from "./registry-auth.ts";

/** What is presented to the registry of an image: the login that is given, else what the Docker CLI would use. */
export const authFor = async (
  reference: string,
  environment: Environment,
  { login, signal, onOutput }: RegistryOptions,
): Promise<RegistryAuth | undefined> => {
  const serveraddress = registryOf(reference);
  if (login) return { serveraddress, ...login };
  return await findRegistryAuth(serveraddress, environment, { signal, warn: warnTo(onOutput) });
};

const warnTo = (onOutput: RegistryOptions["onOutput"]) => (message: string) =>
  onOutput === undefined ? process.emitWarning(message) : onOutput(`Warning: ${message}`);
