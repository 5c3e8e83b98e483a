import { askCredentialHelper } from "./credential-helper.ts";
import { type DockerConfig, type Environment, readDockerConfig } from "./docker-config.ts";
import { DOCKER_HUB } from "./image-reference.ts";
import type { Cancellable } from "./port.ts";

/** What the engine presents to a registry. Its spelling is the API's. */
export type RegistryAuth =
  | { readonly serveraddress: string; readonly username: string; readonly password: string }
  | { readonly serveraddress: string; readonly identitytoken: string };

export interface AuthOptions extends Cancellable {
  /** Told of settings that could not be followed; the pull goes on without them. */
  readonly warn: (message: string) => void;
}

/**
 * The credentials that the Docker CLI would use for `registry` (a host name, or `DOCKER_HUB`): its own helper
 * (`credHelpers`), else the store (`credsStore`), else `auths`. Undefined where there are none.
 */
export const findRegistryAuth = async (
  registry: string,
  environment: Environment,
  options: AuthOptions,
): Promise<RegistryAuth | undefined> => {
  const config = await readDockerConfig(environment);
  const helper = entryFor(registry, config.credHelpers)?.value ?? config.credsStore;
  const asked = helper ? await askCredentialHelper(helper, registry, environment, options) : undefined;
  return asked ?? storedAuth(registry, config);
};

const storedAuth = (serveraddress: string, { auths }: DockerConfig): RegistryAuth | undefined => {
  const entry = entryFor(serveraddress, auths)?.value;
  if (entry?.identitytoken) return { serveraddress, identitytoken: entry.identitytoken };
  const { username, password } = entry?.auth ? decodeAuth(entry.auth) : (entry ?? {});
  return username && password ? { serveraddress, username, password } : undefined;
};

/** base64 of `user:password`; the password may contain colons. */
const decodeAuth = (auth: string): { username: string; password: string } => {
  const text = Buffer.from(auth, "base64").toString().replace(/\0+$/, "");
  const colon = text.indexOf(":");
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
};

/** Files name a registry by host or by URL: the exact name wins, then any with the same host. */
const entryFor = <T>(registry: string, entries: Readonly<Record<string, T>>): { value: T } | undefined => {
  const key = registry in entries ? registry : Object.keys(entries).find((name) => sameHost(name, registry));
  return key === undefined ? undefined : { value: entries[key] as T };
};

const sameHost = (one: string, other: string): boolean => hostOf(one) === hostOf(other);

const hostOf = (name: string): string => {
  const host = name.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return host === "docker.io" ? hostOf(DOCKER_HUB) : host;
};
