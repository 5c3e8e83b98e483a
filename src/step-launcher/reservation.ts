import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import type { Invocation } from "../model/index.ts";
import { type AttemptPaths, attemptPaths } from "../workspace/paths.ts";
import { prepareOutputArtifactUris, removeArtifactDirs } from "./output-utils.ts";
import type { RunContext } from "./run-context.ts";

/** The id and the directories of an attempt. There is no record of it yet, and there may never be one. */
export interface Reservation {
  readonly stepRunId: string;
  readonly paths: AttemptPaths;
  /** Output name → URI. */
  readonly uris: Readonly<Record<string, string>>;
}

export interface ReservationFacts {
  /** 1 for the first. */
  readonly attempt: number;
  /** Whether its process reports by a file. */
  readonly exchanges: boolean;
}

export const reserveAttempt = async (
  context: RunContext,
  invocation: Invocation,
  { attempt, exchanges }: ReservationFacts,
): Promise<Reservation> => {
  const stepRunId = randomUUID();
  const paths = attemptPaths(context.paths, {
    ...{ runId: context.run.id, invocationId: invocation.id, attempt },
  });
  if (exchanges) await mkdir(paths.exchange, { recursive: true });
  const identity = { id: stepRunId, stepName: invocation.stepName };
  const uris = await prepareOutputArtifactUris(context.artifactStore, identity, invocation);
  return { stepRunId, paths, uris };
};

/** Gives back what was reserved for an attempt that there will not be. */
export const dropReservation = async (
  { artifactStore }: RunContext,
  { paths, uris }: Reservation,
): Promise<void> => {
  await removeArtifactDirs(artifactStore, Object.values(uris));
  await rm(paths.directory, { recursive: true, force: true });
};
