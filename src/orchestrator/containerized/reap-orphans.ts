import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ContainerEngine } from "../../docker/port.ts";
import { isRunLocked } from "../../metadata/run-lock.ts";
import { reapSecretFiles } from "../../secrets/secret-files.ts";
import { LABEL } from "./labels.ts";

export interface ReapOptions {
  readonly engine: ContainerEngine;
  readonly workspaceId: string;
  /** The directory of the runs, with their locks. */
  readonly runs: string;
  /** The run that asks: its own containers are not orphans. */
  readonly ownRunId: string;
  /** Runs that go on without an owner. */
  readonly elsewhere?: ReadonlySet<string>;
}

/**
 * Removes containers and networks of this workspace whose orchestrator is dead, as its free lock tells, and files with
 * their secrets. What a step had reported stays
 * in its exchange directory, so that `resume` still finds it.
 *
 * @returns the ids of the runs that they belonged to
 */
export const reapOrphans = async ({
  engine,
  workspaceId,
  runs,
  ownRunId,
  elsewhere = new Set(),
}: ReapOptions): Promise<string[]> => {
  const ofWorkspace = { [LABEL.workspace]: workspaceId };
  const [containers, networks] = await Promise.all([
    engine.containers.list(ofWorkspace),
    engine.networks.list(ofWorkspace),
  ]);
  const goesOn = (runId: string) => runId === ownRunId || elsewhere.has(runId) || isOwned(runs, runId);
  const isOrphan = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) => {
    const runId = labels[LABEL.runId];
    return runId !== undefined && !goesOn(runId);
  };
  const orphans = containers.filter(isOrphan);
  await Promise.all(orphans.map(({ id }) => engine.containers.remove(id)));
  await Promise.all(networks.filter(isOrphan).map(({ id }) => engine.networks.remove(id)));
  await reapSecretFiles(workspaceId, goesOn);
  return [...new Set(orphans.map(({ labels }) => labels[LABEL.runId] ?? ""))];
};

const isOwned = (runs: string, runId: string): boolean => {
  const lock = join(runs, runId, "lock.db");
  return existsSync(lock) && isRunLocked(lock);
};
