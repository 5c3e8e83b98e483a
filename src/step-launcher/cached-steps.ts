import { planDag } from "../dag/dag-plan.ts";
import type { ArtifactVersion, Invocation, PipelineSnapshot, StepRun } from "../model/index.ts";
import { type CacheKey, generateCacheKey, getCachedStepRun } from "./cache-utils.ts";
import { resolveStepInputs } from "./input-utils.ts";
import type { StepEnvironments } from "./port.ts";
import type { RunContext } from "./run-context.ts";
import { idsOf, newStepRun } from "./step-runs.ts";
import { isSettingEnabled } from "./utils.ts";

type Artifacts = Readonly<Record<string, ArtifactVersion>>;

/** An invocation whose result an earlier run has, not recorded yet. */
export interface CachedStep {
  readonly stepRun: StepRun;
  readonly inputs: Artifacts;
  readonly outputs: Artifacts;
}

/** What is known of an invocation as soon as its inputs are. */
export interface KeyedStep {
  readonly invocation: Invocation;
  readonly inputs: Artifacts;
  readonly cacheKey: CacheKey;
}

export const keyStep = async (
  context: Pick<RunContext, "outputs" | "metadata" | "artifactStore">,
  invocation: Invocation,
  environments: StepEnvironments,
): Promise<KeyedStep> => {
  const inputs = resolveStepInputs(invocation, context.outputs);
  const cacheKey = generateCacheKey({
    workspaceId: context.metadata.workspaceId,
    artifactStoreId: context.artifactStore.id,
    invocation,
    environment: await environments.environmentOf(invocation),
    inputs,
  });
  return { invocation, inputs, cacheKey };
};

/** Whether results of earlier runs may stand for an invocation: what the run says, else the step, else the pipeline. */
export const isCacheEnabled = (
  { enableCache, snapshot }: Pick<RunContext, "enableCache" | "snapshot">,
  invocation: Invocation,
): boolean => enableCache && isSettingEnabled(invocation.enableCache, snapshot.enableCache);

/** Undefined where the step has to be executed. */
export const findCachedStep = async (
  context: RunContext,
  { invocation, inputs, cacheKey }: KeyedStep,
): Promise<CachedStep | undefined> => {
  if (!isCacheEnabled(context, invocation)) return undefined;
  const cached = await getCachedStepRun(cacheKey.key, invocation, {
    ...context,
    onDamage: (error) => context.emit({ event: "warning", invocation: invocation.id, message: rerun(error) }),
  });
  if (!cached) return undefined;
  const now = context.now().toISOString();
  const stepRun: StepRun = {
    ...newStepRun(context, invocation, { attempt: 1, cacheKey }),
    ...{ status: "cached", cachedFrom: cached.stepRun.id, startedAt: now, finishedAt: now },
  };
  return { stepRun, inputs, outputs: cached.outputs };
};

const rerun = (error: Error): string =>
  `A cached result cannot be used, so the step runs again: ${error.message}`;

/** Records steps as cached, in one transaction, and tells of them. */
export const publishCachedSteps = async (
  { metadata, outputs, emit }: RunContext,
  steps: readonly CachedStep[],
): Promise<void> => {
  if (steps.length === 0) return;
  await metadata.createStepRuns(
    steps.map((step) => ({ ...step, inputs: idsOf(step.inputs), outputs: idsOf(step.outputs) })),
  );
  for (const { stepRun, outputs: artifacts } of steps) {
    outputs.set(stepRun.invocationId, artifacts);
    const { id: stepRunId, invocationId: invocation, attempt } = stepRun;
    await emit({ event: "step_status", invocation, stepRunId, attempt, status: "cached", durationMs: 0 });
  }
};

/**
 * Takes all steps that can be told to be cached before anything runs: those with no upstream that has to be executed.
 * ZenML's client-side caching. What an interrupted run had begun is left to whoever goes on with it.
 */
export const takeCachedSteps = async (
  context: RunContext,
  environments: StepEnvironments,
  signal: AbortSignal,
): Promise<void> => {
  const found = new Map<string, CachedStep>();
  const ahead = { ...context, outputs: new Map(context.outputs) };
  for (const invocation of inOrder(context.snapshot)) {
    if (signal.aborted) break;
    const known = context.prior.has(invocation.id) || !isCacheEnabled(context, invocation);
    if (known || !invocation.upstreams.every((upstream) => found.has(upstream))) continue;
    const cached = await findCachedStep(ahead, await keyStep(ahead, invocation, environments));
    if (!cached) continue;
    found.set(invocation.id, cached);
    ahead.outputs.set(invocation.id, cached.outputs);
  }
  await publishCachedSteps(context, [...found.values()]);
  for (const id of found.keys()) context.cached.add(id);
};

/** Each after its upstreams. */
const inOrder = ({ invocations }: PipelineSnapshot): Invocation[] => {
  const dag = Object.fromEntries(Object.values(invocations).map(({ id, upstreams }) => [id, upstreams]));
  return planDag(dag).flatMap(({ id }) => invocations[id] ?? []);
};
