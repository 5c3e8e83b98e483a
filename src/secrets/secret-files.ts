import { chmod, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GivenSecrets } from "./run-secrets.ts";
import { makePrivateDirectory, secretsRoot } from "./secrets-directory.ts";

/** Where a container finds its secrets, a file each. */
export const SECRETS_IN_CONTAINER = "/run/secrets";

export interface SecretFilesOptions {
  readonly workspaceId: string;
  readonly runId: string;
  /** Default: `secretsRoot()`. */
  readonly root?: string;
}

/** What a container is made with so that it has the secrets of its step. */
export interface ContainerSecrets extends AsyncDisposable {
  readonly mounts: readonly {
    readonly type: "bind";
    readonly source: string;
    readonly target: string;
    readonly readOnly: true;
  }[];
  /** Variables: in the clear for all who can inspect the container. Only with `secretsAs: "environment"`. */
  readonly environment: Readonly<Record<string, string>>;
}

const NO_SECRETS: ContainerSecrets = { mounts: [], environment: {}, [Symbol.asyncDispose]: async () => {} };

/**
 * The secrets of a run for containers of images that are not ours, which read no assignment: files in a directory of the
 * host's memory, one for each step run. Dispose it once none of the run's containers is left.
 */
export class SecretFiles implements AsyncDisposable {
  readonly #workspace: string;
  readonly #run: string;
  readonly #root: string;

  constructor({ workspaceId, runId, root = secretsRoot() }: SecretFilesOptions) {
    this.#root = root;
    this.#workspace = join(root, workspaceId);
    this.#run = join(this.#workspace, runId);
  }

  /**
   * Writes the secrets of a step run. `anyUser`: the container's user is not the caller, so the files are readable for
   * all; the directories above are not, so that on the host only the caller gets to them.
   *
   * @throws SecretSourceError where the directory belongs to somebody else
   */
  async write(
    stepRunId: string,
    { secrets = {}, secretsAs }: GivenSecrets,
    { anyUser = false }: { readonly anyUser?: boolean } = {},
  ): Promise<ContainerSecrets> {
    if (Object.keys(secrets).length === 0) return NO_SECRETS;
    const source = join(this.#run, stepRunId);
    for (const path of [this.#root, this.#workspace, this.#run, source]) await makePrivateDirectory(path);
    for (const [name, value] of Object.entries(secrets)) {
      await writeFile(join(source, name), value, { mode: anyUser ? 0o444 : 0o400, flag: "wx" });
      // What is asked for is narrowed by the umask.
      if (anyUser) await chmod(join(source, name), 0o444);
    }
    if (anyUser) await chmod(source, 0o755);
    return {
      mounts: [{ type: "bind", source, target: SECRETS_IN_CONTAINER, readOnly: true }],
      environment: secretsAs === "environment" ? secrets : {},
      [Symbol.asyncDispose]: () => rm(source, { recursive: true, force: true }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#run, { recursive: true, force: true });
  }
}

/** Removes what processes that died left of their runs' secrets. `isOwned`: whether a live process has the run. */
export const reapSecretFiles = async (
  workspaceId: string,
  isOwned: (runId: string) => boolean,
  root: string = secretsRoot(),
): Promise<void> => {
  const directory = join(root, workspaceId);
  const runs = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const runId of runs) {
    if (!isOwned(runId)) await rm(join(directory, runId), { recursive: true, force: true });
  }
};
