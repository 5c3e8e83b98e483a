import { setTimeout } from "node:timers/promises";
import type { ExecutionStatus, Invocation, SkipReason, StepRun } from "../model/index.ts";
import { adoptAttempt } from "./adopt-attempt.ts";
import { type CacheKey, generateCacheKey, getCachedStepRun } from "./cache-utils.ts";
import { withGrantedMemory } from "./granted-memory.ts";
import { resolveStepInputs } from "./input-utils.ts";
import type { ExecutionSignals, StepExecutor } from "./port.ts";
import type { PriorState } from "./prior.ts";
import { runAttempt } from "./run-attempt.ts";
import type { RunContext } from "./run-context.ts";
import { newStepRun } from "./step-runs.ts";
import { isSettingEnabled } from "./utils.ts";

export interface LaunchOutcome {
  readonly status: Extract<ExecutionStatus, "completed" | "cached" | "failed" | "stopped">;
  /** Settles when nothing of the step is left on the engine; never rejects. */
  readonly released: Promise<void>;
}

type Artifacts = ReturnType<typeof resolveStepInputs>;

/**
 * Launches one invocation: resolves its inputs, computes its cache key, takes a cached result or executes it, and
 * publishes what came of it. ZenML's `StepLauncher`. Never sees a `Pipeline`, never creates a container itself.
 */
export class StepLauncher {
  readonly #context: RunContext;
  readonly #invocation: Invocation;
  readonly #executor: StepExecutor;

  constructor(context: RunContext, invocation: Invocation, executor: StepExecutor) {
    this.#context = context;
    this.#invocation = invocation;
    this.#executor = executor;
  }

  /** @throws for a fault that is not the step's own, such as a lost engine or a full disk under the database */
  async launch(signals: ExecutionSignals): Promise<LaunchOutcome> {
    const prior = this.#context.prior.get(this.#invocation.id);
    return prior ? await this.#resume(prior, signals) : await this.#launchAnew(signals);
  }

  async #launchAnew(signals: ExecutionSignals): Promise<LaunchOutcome> {
    const inputs = resolveStepInputs(this.#invocation, this.#context.outputs);
    const cacheKey = await this.#cacheKey(inputs);
    const cached = this.#cacheEnabled() && (await this.#tryCache(cacheKey, inputs));
    return cached || (await this.#execute({ cacheKey, inputs, signals }, FIRST));
  }

  /** Goes on from what the records of the interrupted run say. */
  async #resume(prior: PriorState, signals: ExecutionSignals): Promise<LaunchOutcome> {
    const { stepRun } = prior;
    if (prior.kind === "succeeded" || prior.kind === "ended") return await this.#keep(prior);
    if (prior.kind === "retrying") return await this.#again(stepRun, prior.failures, signals);
    const invocation = await withGrantedMemory(this.#context, this.#invocation, stepRun.attempt);
    const end = await adoptAttempt(this.#context, invocation, this.#executor, {
      ...{ stepRun, signals, retriesLeft: this.#maxRetries - prior.failures },
    });
    if (!end) return await this.#again(stepRun, prior.failures, signals);
    if (end.status !== "retrying") return { status: end.status, released: end.released };
    await Promise.all([end.released, this.#pause(prior.failures, signals)]);
    return await this.#again({ ...stepRun, status: end.status }, prior.failures + 1, signals);
  }

  async #keep(prior: Extract<PriorState, { kind: "succeeded" | "ended" }>): Promise<LaunchOutcome> {
    const { stepRun } = prior;
    if (prior.kind === "succeeded") this.#context.outputs.set(this.#invocation.id, prior.outputs);
    await this.#context.emit({ ...this.#statusEvent(stepRun), status: stepRun.status });
    const status = stepRun.status === "completed" || stepRun.status === "cached" ? stepRun.status : "failed";
    return { status, released: Promise.resolve() };
  }

  async #again(last: StepRun, failures: number, signals: ExecutionSignals): Promise<LaunchOutcome> {
    if (last.status === "retrying") await this.#publishRetried(last);
    const inputs = resolveStepInputs(this.#invocation, this.#context.outputs);
    const cacheKey = await this.#cacheKey(inputs);
    return await this.#execute({ cacheKey, inputs, signals }, { attempt: last.attempt + 1, failures });
  }

  get #maxRetries(): number {
    return this.#invocation.retry?.maxRetries ?? 0;
  }

  #cacheEnabled(): boolean {
    const { enableCache, snapshot } = this.#context;
    return enableCache && isSettingEnabled(this.#invocation.enableCache, snapshot.enableCache);
  }

  async #cacheKey(inputs: Artifacts): Promise<CacheKey> {
    return generateCacheKey({
      workspaceId: this.#context.metadata.workspaceId,
      artifactStoreId: this.#context.artifactStore.id,
      invocation: this.#invocation,
      environment: await this.#executor.environmentOf(this.#invocation),
      inputs,
    });
  }

  async #tryCache(cacheKey: CacheKey, inputs: Artifacts): Promise<LaunchOutcome | undefined> {
    const { metadata, outputs, emit } = this.#context;
    const cached = await getCachedStepRun(cacheKey.key, this.#invocation, {
      ...this.#context,
      onDamage: (error) => emit({ event: "warning", invocation: this.#invocation.id, message: rerun(error) }),
    });
    if (!cached) return undefined;
    const now = this.#context.now().toISOString();
    const stepRun: StepRun = {
      ...newStepRun(this.#context, this.#invocation, { attempt: 1, cacheKey }),
      ...{ status: "cached", cachedFrom: cached.stepRun.id, startedAt: now, finishedAt: now },
    };
    await metadata.createStepRuns([{ stepRun, inputs: idsOf(inputs), outputs: idsOf(cached.outputs) }]);
    outputs.set(this.#invocation.id, cached.outputs);
    await emit({ ...this.#statusEvent(stepRun), status: "cached", durationMs: 0 });
    return { status: "cached", released: Promise.resolve() };
  }

  async #execute(
    work: { cacheKey: CacheKey; inputs: Artifacts; signals: ExecutionSignals },
    from: { attempt: number; failures: number },
  ): Promise<LaunchOutcome> {
    const releases: Promise<void>[] = [];
    for (let { attempt, failures } = from; ; attempt += 1, failures += 1) {
      const facts = { ...work, attempt, retriesLeft: this.#maxRetries - failures };
      const invocation = await withGrantedMemory(this.#context, this.#invocation, attempt);
      const end = await runAttempt(this.#context, invocation, this.#executor, facts);
      releases.push(end.released);
      const released = Promise.all(releases).then(() => {});
      if (end.status !== "retrying") return { status: end.status, released };
      await this.#pause(failures, work.signals);
      await this.#publishRetried(end.stepRun);
    }
  }

  /** Between an attempt and the next: cut short by an interruption, which the next then sees for itself. */
  async #pause(failures: number, { signal }: ExecutionSignals): Promise<void> {
    const { delay = 0, backoff = 1 } = this.#invocation.retry ?? {};
    await setTimeout(delay * backoff ** failures * 1000, undefined, { signal }).catch(() => {});
  }

  async #publishRetried(stepRun: StepRun): Promise<void> {
    await this.#context.metadata.updateStepRun(stepRun.id, { status: "retried" });
    await this.#context.emit({ ...this.#statusEvent(stepRun), status: "retried" });
  }

  #statusEvent({ id, attempt }: StepRun) {
    return { event: "step_status" as const, invocation: this.#invocation.id, stepRunId: id, attempt };
  }
}

const FIRST = { attempt: 1, failures: 0 };

const rerun = (error: Error): string =>
  `A cached result cannot be used, so the step runs again: ${error.message}`;

const idsOf = (artifacts: Artifacts): Record<string, string> =>
  Object.fromEntries(Object.entries(artifacts).map(([name, { id }]) => [name, id]));

/** Records an invocation that did not run, and why. */
export const publishSkippedStep = async (
  context: RunContext,
  invocation: Invocation,
  skipReason: SkipReason,
): Promise<void> => {
  const now = context.now().toISOString();
  const status = skipReason.kind === "interrupted" ? ("stopped" as const) : ("skipped" as const);
  const stepRun: StepRun = {
    ...newStepRun(context, invocation, { attempt: 1 }),
    ...{ status, skipReason, finishedAt: now },
  };
  await context.metadata.createStepRun(stepRun, {});
  await context.emit({
    ...{
      event: "step_status",
      invocation: invocation.id,
      stepRunId: stepRun.id,
      attempt: 1,
      status,
      skipReason,
    },
  });
};
