import { randomUUID } from "node:crypto";
import type { Invocation, StepRun } from "../model/index.ts";
import type { CacheKey } from "./cache-utils.ts";
import type { RunContext } from "./run-context.ts";

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
