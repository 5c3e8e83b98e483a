import { join } from "node:path";
import { type Environment, homeDirectory } from "./docker-config.ts";
import { dockerContext } from "./docker-context.ts";
import { dockerHost } from "./docker-host.ts";
import type { Endpoint } from "./endpoint.ts";

/** One way to find an engine; undefined where it does not apply. */
export type EndpointStrategy = (environment: Environment) => Promise<Endpoint | undefined>;

/** A strategy for a well-known socket; it applies everywhere, and the ping says whether someone listens. */
export const socketAt =
  (source: string, pathOf: (environment: Environment) => string): EndpointStrategy =>
  async (environment) => ({ source, url: `unix://${pathOf(environment)}`, explicit: false });

/** Where a user's own services put their sockets; login shells set the variable, cron and some CI do not. */
const runtimeDirectory = (environment: Environment): string =>
  environment.XDG_RUNTIME_DIR || `/run/user/${process.getuid?.() ?? 0}`;

/** As the Docker CLI does: `DOCKER_CONTEXT=default` means this machine's default socket and nothing else. */
const defaultContext: EndpointStrategy = async (environment) =>
  environment.DOCKER_CONTEXT === "default"
    ? { source: 'Docker context "default"', url: DEFAULT_URL, explicit: true }
    : undefined;

const DEFAULT_URL =
  process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/** In this order; what the user named comes first and excludes the rest. */
export const ENDPOINT_STRATEGIES: readonly EndpointStrategy[] = [
  dockerHost,
  defaultContext,
  dockerContext,
  async () => ({ source: "default socket", url: DEFAULT_URL, explicit: false }),
  socketAt("rootless Docker", (environment) => join(runtimeDirectory(environment), "docker.sock")),
  socketAt("Docker Desktop", (environment) => join(homeDirectory(environment), ".docker/run/docker.sock")),
  socketAt("Podman of the user", (environment) => join(runtimeDirectory(environment), "podman/podman.sock")),
  socketAt("Podman of the system", () => "/run/podman/podman.sock"),
  socketAt("Colima", (environment) => join(homeDirectory(environment), ".colima/default/docker.sock")),
];
