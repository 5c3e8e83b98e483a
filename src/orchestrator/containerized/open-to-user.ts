import { chmod } from "node:fs/promises";
import type { ArtifactStore } from "../../artifact/port.ts";
import type { SpecExecution } from "./container-spec.ts";

/**
 * Where a step runs as a user of its own, that user has to be able to write its outputs and its result: their
 * directories, which are the caller's, take files of anybody then. Whoever may write is settled by what is mounted.
 */
export const openToUser = async (
  { invocation, assignment, paths }: SpecExecution,
  artifactStore: ArtifactStore,
): Promise<void> => {
  if (invocation.settings.docker?.user === undefined) return;
  const outputs = Object.values(assignment.outputs).map(({ uri }) => artifactStore.path(uri));
  for (const directory of [...outputs, paths.exchange]) await chmod(directory, 0o777);
};
