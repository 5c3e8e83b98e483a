import { setTimeout } from "node:timers/promises";
import {
  type ExecutionStatus,
  type Invocation,
  isFinished,
  type SkipReason,
  type StepRun,
} from "../model/index.ts";
import { adoptAttempt } from "./adopt-attempt.ts";
import { findCachedStep, type KeyedStep, keyStep, publishCachedSteps } from "./cached-steps.ts";
import { withGrantedMemory } from "./granted-memory.ts";
import type { ExecutionSignals, StepExecutor } from "./port.ts";
import type { Preparations } from "./preparations.ts";
import type { PriorState } from "./prior.ts";
import { runAttempt } from "./run-attempt.ts";
import type { RunContext } from "./run-context.ts";
import { newStepRun } from "./step-runs.ts";

export interface LaunchOutcome {
  readonly status: Extract<ExecutionStatus, "completed" | "cached" | "failed" | "stopped">;
  /** Settles when nothing of the step is left on the engine; never rejects. */
  readonly released: Promise<void>;
}

/**
 * Launches one invocation: resolves its inputs, computes its cache key, takes a cached result or executes it, and
 * publishes what came of it. ZenML's `StepLauncher`. Never sees a `Pipeline`, never creates a container itself.
 */
export class StepLauncher {
  readonly #context: RunContext;
  readonly #invocation: Invocation;
  readonly #executor: StepExecutor;
  readonly #preparations: Preparations | undefined;

  /** @param preparations where the first attempt may have been made ready */
  constructor(
    context: RunContext,
    invocation: Invocation,
    executor: StepExecutor,
    preparations?: Preparations,
  ) {
    this.#context = context;
    this.#invocation = invocation;
    this.#executor = executor;
    this.#preparations = preparations;
  }

  /** @throws for a fault that is not the step's own, such as a lost engine or a full disk under the database */
  async launch(signals: ExecutionSignals): Promise<LaunchOutcome> {
    const prior = this.#context.prior.get(this.#invocation.id);
    return prior ? await this.#resume(prior, signals) : await this.#launchAnew(signals);
  }

  async #launchAnew(signals: ExecutionSignals): Promise<LaunchOutcome> {
    const keyed = await keyStep(this.#context, this.#invocation, this.#executor);
    const cached = await findCachedStep(this.#context, keyed);
    if (!cached) return await this.#execute({ ...keyed, signals }, FIRST);
    this.#preparations?.drop(this.#invocation.id);
    await publishCachedSteps(this.#context, [cached]);
    return { status: "cached", released: Promise.resolve() };
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
    const keyed = await keyStep(this.#context, this.#invocation, this.#executor);
    return await this.#execute({ ...keyed, signals }, { attempt: last.attempt + 1, failures });
  }

  get #maxRetries(): number {
    return this.#invocation.retry?.maxRetries ?? 0;
  }

  async #execute(
    work: Pick<KeyedStep, "cacheKey" | "inputs"> & { signals: ExecutionSignals },
    from: { attempt: number; failures: number },
  ): Promise<LaunchOutcome> {
    const releases: Promise<void>[] = [];
    let reservation = await this.#preparations?.take(this.#invocation.id);
    for (let { attempt, failures } = from; ; attempt += 1, failures += 1) {
      const facts = { ...work, attempt, reservation, retriesLeft: this.#maxRetries - failures };
      reservation = undefined;
      const invocation = await withGrantedMemory(this.#context, this.#invocation, attempt);
      const end = await runAttempt(this.#context, invocation, this.#executor, facts);
      releases.push(end.released);
      const released = Promise.all(releases).then(() => {});
      if (end.status !== "retrying") return { status: end.status, released };
      if (this.#context.backendRetries) return { status: "failed", released };
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

/** Records an invocation that did not run, and why; of one that an interrupted run had begun, that it was stopped. */
export const publishSkippedStep = async (
  context: RunContext,
  invocation: Invocation,
  skipReason: SkipReason,
): Promise<void> => {
  const prior = context.prior.get(invocation.id);
  if (prior) return await publishNotResumed(context, prior.stepRun);
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

/** The run was stopped before it came to go on with this attempt. */
const publishNotResumed = async (
  { metadata, now, emit }: RunContext,
  { id: stepRunId, invocationId: invocation, attempt, status }: StepRun,
): Promise<void> => {
  if (isFinished(status)) return;
  await metadata.updateStepRun(stepRunId, { status: "stopped", finishedAt: now().toISOString() });
  await emit({ event: "step_status", invocation, stepRunId, attempt, status: "stopped" });
};
