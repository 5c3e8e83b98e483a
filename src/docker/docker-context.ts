import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod/mini";
import { dockerConfigDirectory, type Environment, readDockerConfig, readSettings } from "./docker-config.ts";
import { checkedUrl } from "./docker-host.ts";
import { type Endpoint, readTlsFiles } from "./endpoint.ts";
import { DockerSettingsError } from "./settings-error.ts";

const ContextMeta = z.object({
  Endpoints: z.object({
    docker: z.object({
      Host: z.string().check(z.minLength(1)),
      SkipTLSVerify: z._default(z.boolean(), false),
    }),
  }),
});

/** The Docker CLI's own name for "no context". */
const DEFAULT = "default";

/** The engine of the current Docker context: `DOCKER_CONTEXT`, else `currentContext` of the CLI's config. */
export const dockerContext = async (environment: Environment): Promise<Endpoint | undefined> => {
  const name = environment.DOCKER_CONTEXT || (await readDockerConfig(environment)).currentContext;
  return !name || name === DEFAULT ? undefined : endpointOf(name, dockerConfigDirectory(environment));
};

const endpointOf = async (name: string, directory: string): Promise<Endpoint> => {
  const source = `Docker context "${name}"`;
  const id = createHash("sha256").update(name).digest("hex");
  const path = join(directory, "contexts", "meta", id, "meta.json");
  const meta = await readSettings(path, ContextMeta, undefined);
  if (meta === undefined)
    throw new DockerSettingsError(path, `${source} does not exist: there is no ${path}. ${WAY_OUT}`);
  const { Host, SkipTLSVerify } = meta.Endpoints.docker;
  const base = { source, url: checkedUrl(source, Host), explicit: true };
  const files = await readTlsFiles(join(directory, "contexts", "tls", id, "docker"));
  const tls = files.ca || files.cert || SkipTLSVerify || Host.startsWith("https:");
  return tls ? { ...base, tls: { ...files, rejectUnauthorized: !SkipTLSVerify } } : base;
};

const WAY_OUT =
  "List those that do with `docker context ls`, choose one with `docker context use`, or unset DOCKER_CONTEXT.";
