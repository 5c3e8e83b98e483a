import { randomUUID } from "node:crypto";
import type { ArtifactVersion, Invocation, StepRun } from "../model/index.ts";
import type { CacheKey } from "./cache-utils.ts";
import type { RunContext } from "./run-context.ts";

/** Artifacts by name, as the record of a step run has them. */
export const idsOf = (artifacts: Readonly<Record<string, ArtifactVersion>>): Record<string, string> =>
  Object.fromEntries(Object.entries(artifacts).map(([name, { id }]) => [name, id]));

/** The record of an attempt that has not begun. */
export const newStepRun = (
  { run, now }: Pick<RunContext, "run" | "now">,
  invocation: Invocation,
  { id = randomUUID(), attempt, cacheKey }: { id?: string; attempt: number; cacheKey?: CacheKey },
): StepRun => ({
  id,
  runId: run.id,
  invocationId: invocation.id,
  stepName: invocation.stepName,
  attempt,
  status: "initializing",
  cacheKey: cacheKey?.key ?? null,
  keyIngredients: cacheKey?.ingredients ?? {},
  cachedFrom: null,
  containerId: null,
  image: null,
  createdAt: now().toISOString(),
  assignedAt: null,
  startedAt: null,
  finishedAt: null,
  exitCode: null,
  failure: null,
  skipReason: null,
  warnings: [],
  metadata: {},
});
