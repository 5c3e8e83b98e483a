import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where everything of a workspace lies. All absolute. */
export interface WorkspacePaths {
  readonly root: string;
  readonly database: string;
  /** `ZENML_LOCAL_STORES_PATH`. */
  readonly stores: string;
  readonly runs: string;
  readonly bundles: string;
  /** The `/etc/hosts` of containers without a network. */
  readonly hosts: string;
  /** The host's copies of the user's modules; may be deleted at any time. */
  readonly modules: string;
  /** What is known of earlier compilations; may be deleted at any time. */
  readonly compiled: string;
}

export const workspacePaths = (root: string): WorkspacePaths => ({
  root,
  database: join(root, "stepdock.db"),
  stores: join(root, "stores"),
  runs: join(root, "runs"),
  bundles: join(root, "bundles"),
  hosts: join(root, "hosts"),
  modules: join(root, "modules"),
  compiled: join(root, "compiled"),
});

export interface AttemptPaths {
  readonly directory: string;
  /** The host's; no container sees it. */
  readonly log: string;
  /** What the container was told, as the host keeps it. */
  readonly assignment: string;
  /** The one directory here that the container sees and writes: `result.json`. */
  readonly exchange: string;
  /** The logs of its services, `<name>.ndjson` each; only where it has any. */
  readonly services: string;
}

/** `hook`: where hooks are called that the process of the last attempt could not call. */
export const attemptPaths = (
  paths: Pick<WorkspacePaths, "runs">,
  { runId, invocationId, attempt }: { runId: string; invocationId: string; attempt: number | "hook" },
): AttemptPaths => {
  const directory = join(paths.runs, runId, invocationId, String(attempt));
  return {
    directory,
    log: join(directory, "log.ndjson"),
    assignment: join(directory, "assignment.json"),
    exchange: join(directory, "exchange"),
    services: join(directory, "services"),
  };
};

/** The directory of the nearest package.json at or above `from`; `from` itself where there is none. */
export const projectRootOf = (from: string): string => {
  for (let at = resolve(from); ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (dirname(at) === at) return resolve(from);
  }
};

/** Which directory the workspace is: the one asked for, else `STEPDOCK_HOME`, else `.stepdock` beside package.json. */
export const workspaceRoot = ({
  directory = process.env.STEPDOCK_HOME,
  cwd = process.cwd(),
}: {
  directory?: string | undefined;
  cwd?: string;
} = {}): string => (directory ? resolve(cwd, directory) : join(projectRootOf(cwd), ".stepdock"));
