import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod/mini";
import { inEnglish } from "../util/in-english.ts";
import { errorCodeOf } from "./request-failure.ts";
import { DockerSettingsError } from "./settings-error.ts";

/** Variables of a process, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DockerConfig = z.object({
  currentContext: z.optional(z.string()),
  credsStore: z.optional(z.string()),
  credHelpers: z._default(z.record(z.string(), z.string()), {}),
  auths: z._default(
    z.record(
      z.string(),
      z.object({
        auth: z.optional(z.string()),
        username: z.optional(z.string()),
        password: z.optional(z.string()),
        identitytoken: z.optional(z.string()),
      }),
    ),
    {},
  ),
});

/** What we use of the Docker CLI's `config.json`. */
export type DockerConfig = z.output<typeof DockerConfig>;

export const homeDirectory = (environment: Environment): string => environment.HOME || homedir();

/** `$DOCKER_CONFIG`, else `~/.docker`. */
export const dockerConfigDirectory = (environment: Environment): string =>
  environment.DOCKER_CONFIG || join(homeDirectory(environment), ".docker");

/** The Docker CLI's configuration, empty where there is no file. A damaged one is a `DockerSettingsError`. */
export const readDockerConfig = (environment: Environment): Promise<DockerConfig> =>
  readSettings(join(dockerConfigDirectory(environment), "config.json"), DockerConfig, {
    credHelpers: {},
    auths: {},
  });

/** Parses a JSON file of the Docker CLI's; `absent` where there is none. */
export const readSettings = async <T, A>(
  path: string,
  schema: z.ZodMiniType<T>,
  absent: A,
): Promise<T | A> => {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")), inEnglish());
  } catch (cause) {
    if (errorCodeOf(cause) === "ENOENT") return absent;
    throw new DockerSettingsError(path, `Cannot use the Docker settings in ${path}: ${reason(cause)}`, {
      cause,
    });
  }
};

const reason = (cause: unknown): string => {
  if (cause instanceof z.core.$ZodError) return `\n${z.prettifyError(cause)}`;
  if (cause instanceof SyntaxError) return `it is not JSON (${cause.message}). Mend it or remove it.`;
  return `${(cause as Error).message}.`;
};
