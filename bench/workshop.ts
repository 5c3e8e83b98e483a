import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Dockerode from "dockerode";
import { openWorkspace } from "stepdock/host";

const LABEL = "dev.stepdock.bench";

/** A workspace of the bench's own, made for it and removed with it. */
export interface BenchWorkspace {
  readonly root: string;
  readonly id: string;
}

/** Where the bench works: one engine, one temporary directory. Everything that was made is removed with it. */
export interface Workshop extends AsyncDisposable {
  readonly docker: Dockerode;
  readonly directory: string;
  /** On every container of the raw baseline. */
  readonly labels: Readonly<Record<string, string>>;
  /** Aborted when the bench is interrupted. */
  readonly signal: AbortSignal;
  newWorkspace(): Promise<BenchWorkspace>;
}

export const openWorkshop = async (signal: AbortSignal): Promise<Workshop> => {
  const docker = new Dockerode();
  const directory = await mkdtemp(join(tmpdir(), "stepdock-bench-"));
  const labels = { [LABEL]: randomUUID() };
  const filters = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const cleanup = new AsyncDisposableStack();
  // The last first; what fails keeps nothing of the rest from being removed.
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  cleanup.defer(() => removeStepImages(docker, filters));
  cleanup.defer(() => removeContainers(docker, filters));
  // What runs in a container ends with it: nobody waits for a step of an interrupted bench.
  signal.addEventListener("abort", () => void removeContainers(docker, filters).catch(() => {}));
  return {
    ...{ docker, directory, labels, signal },
    newWorkspace: async () => {
      const workspace = await makeWorkspace(join(directory, randomUUID().slice(0, 8)));
      filters.push(`dev.stepdock.workspace=${workspace.id}`);
      return workspace;
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
};

const makeWorkspace = async (root: string): Promise<BenchWorkspace> => {
  await mkdir(root, { recursive: true });
  await using workspace = await openWorkspace(root);
  return { root, id: workspace.metadata.workspaceId };
};

const removeContainers = async (docker: Dockerode, filters: readonly string[]): Promise<void> => {
  for (const filter of filters) {
    const left = await docker.listContainers({ all: true, filters: { label: [filter] } });
    const remove = (id: string) => docker.getContainer(id).remove({ force: true, v: true });
    await Promise.all(left.map(({ Id }) => remove(Id).catch(unlessGoneOrInUse)));
  }
};

/** Environment images stay: others may build on them by now. So does what another bench uses at this moment. */
const removeStepImages = async (docker: Dockerode, filters: readonly string[]): Promise<void> => {
  for (const filter of filters) {
    const label = [filter, "dev.stepdock.image=step"];
    for (const { Id } of await docker.listImages({ filters: { label } }))
      await docker.getImage(Id).remove({ force: true }).catch(unlessGoneOrInUse);
  }
};

const unlessGoneOrInUse = (error: { readonly statusCode?: number }): void => {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
};
