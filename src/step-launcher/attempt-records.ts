import type { StepRunPatch } from "../metadata/port.ts";
import {
  type Failure,
  type HookFailure,
  type Invocation,
  type Json,
  maskFailure,
  type StepHookName,
  type StepResult,
  type StepRun,
  type Usage,
} from "../model/index.ts";
import { tellHookFailure } from "./hook-warnings.ts";
import { removeArtifactDirs } from "./output-utils.ts";
import type { StepRelease } from "./port.ts";
import { publishFailedStepRun, publishSuccessfulStepRun } from "./publish-utils.ts";
import type { RunContext } from "./run-context.ts";
import { takeOutputs } from "./take-outputs.ts";

const OF_SUCCESS: readonly StepHookName[] = ["onSuccess", "onEnd"];
const OF_FAILURE: readonly StepHookName[] = ["onFailure", "onEnd"];

export type AttemptStatus = "completed" | "failed" | "stopped" | "retrying";

export interface RecordedAttempt {
  readonly stepRun: StepRun;
  readonly uris: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Input name → artifact id. Absent where the attempt is on record already. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Whether a failure that may be tried again will be. */
  readonly willRetry: () => boolean;
  /** Ends the taking of its outputs at once. */
  readonly killSignal: AbortSignal;
}

/** Everything that is written down, and told, about one attempt: each change of status is one transaction. */
export class AttemptRecords {
  readonly #context: RunContext;
  readonly #invocation: Invocation;
  readonly #attempt: RecordedAttempt;
  readonly #warnings: string[] = [];
  #assignedAt: number | undefined;
  #isPublished: boolean;
  #usage: Usage | undefined;
  #hooksBegun: readonly StepHookName[] = [];
  #end: { readonly status: AttemptStatus; readonly failure?: Failure } | undefined;

  constructor(context: RunContext, invocation: Invocation, attempt: RecordedAttempt) {
    this.#context = context;
    this.#invocation = invocation;
    this.#attempt = attempt;
    this.#isPublished = attempt.inputs === undefined;
    const { assignedAt } = attempt.stepRun;
    this.#assignedAt = assignedAt === null ? undefined : Date.parse(assignedAt);
  }

  /** The first that is told of it. */
  async begun({ publish }: { readonly publish: boolean }): Promise<void> {
    if (publish) await this.#publish();
    await this.#context.emit(this.#event("initializing"));
  }

  /** Durable when it resolves: only then may the container be told what to do. */
  async assigned({ containerId, image }: { containerId?: string; image?: string }): Promise<void> {
    const now = this.#context.now();
    this.#assignedAt = now.getTime();
    const assigned = {
      ...({ status: "running", assignedAt: now.toISOString(), startedAt: now.toISOString() } as const),
      ...{ containerId: containerId ?? null, image: image ?? null },
    };
    if (!(await this.#publish(assigned)))
      await this.#context.metadata.updateStepRun(this.#attempt.stepRun.id, assigned);
    await this.#context.emit({
      ...this.#event("running"),
      ...(containerId === undefined ? {} : { containerId }),
    });
  }

  async ended(result: StepResult): Promise<AttemptStatus> {
    this.#hooksBegun = result.hooks ?? [];
    this.#usage = result.usage;
    await this.warn((result.hookFailures ?? []).map((failure) => this.#tell(failure)));
    return result.status === "completed"
      ? await this.#completed(result)
      : await this.failed(result.failure, this.#statusOf(result.failure));
  }

  async failed(told: Failure, status: Exclude<AttemptStatus, "completed">): Promise<AttemptStatus> {
    const { stepRun, uris, logPath } = this.#attempt;
    const failure = maskFailure(this.#context.secrets.masker, told);
    const mapped = failure.stack ? { ...failure, stack: this.#context.mapStack(failure.stack) } : failure;
    await removeArtifactDirs(this.#context.artifactStore, Object.values(uris));
    await this.#publish();
    await publishFailedStepRun(this.#context.metadata, stepRun.id, mapped, { ...this.#finish(), status });
    await this.#context.emit({ ...this.#event(status), ...this.#duration(), failure: mapped, logPath });
    this.#end = { status, failure: mapped };
    return status;
  }

  /** The attempt's process is gone: how it ended goes into the record. */
  async released({ exitCode, warnings }: StepRelease): Promise<void> {
    await this.#emitWarnings(warnings);
    if (exitCode === null && warnings.length === 0) return;
    await this.#context.metadata.updateStepRun(this.#attempt.stepRun.id, {
      exitCode,
      warnings: [...this.#warnings],
    });
  }

  /** What is worth knowing and changes nothing. */
  async warn(messages: readonly string[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#publish();
    await this.#emitWarnings(messages);
    await this.#context.metadata.updateStepRun(this.#attempt.stepRun.id, { warnings: [...this.#warnings] });
  }

  /** The hooks that its end is due and that its process did not call. An interruption and a retry are no end. */
  get missedHooks(): { readonly names: StepHookName[]; readonly failure?: Failure } {
    const { status, failure } = this.#end ?? {};
    const due = status === "completed" ? OF_SUCCESS : status === "failed" ? OF_FAILURE : [];
    const isMissed = (name: StepHookName) =>
      this.#invocation.hooks?.[name] && !this.#hooksBegun.includes(name);
    return { names: due.filter(isMissed), ...(failure ? { failure } : {}) };
  }

  /** What came of hooks that were called after the attempt. */
  async hooksEnded(result: StepResult, names: readonly StepHookName[]): Promise<void> {
    const failures = (result.hookFailures ?? []).map((failure) => this.#tell(failure));
    const lost = names.filter((name) => !result.hooks?.includes(name)).join(" and ");
    const why = result.status === "failed" ? result.failure.message : "there was no time left.";
    await this.warn(lost === "" ? failures : [...failures, `${lost} did not come to an end: ${why}`]);
  }

  /** Makes the record of the attempt, where there is none yet. */
  async #publish(patch: Partial<StepRun> = {}): Promise<boolean> {
    if (this.#isPublished) return false;
    const { stepRun, inputs = {} } = this.#attempt;
    await this.#context.metadata.createStepRun({ ...stepRun, ...patch }, inputs);
    this.#isPublished = true;
    return true;
  }

  async #emitWarnings(told: readonly string[]): Promise<void> {
    const { masker } = this.#context.secrets;
    const messages = masker ? told.map((message) => masker.text(message)) : told;
    this.#warnings.push(...messages);
    for (const message of messages) {
      await this.#context.emit({ event: "warning", invocation: this.#invocation.id, message });
    }
  }

  #tell(failure: HookFailure): string {
    return tellHookFailure(failure, this.#context.mapStack);
  }

  #statusOf(failure: Failure): "stopped" | "retrying" | "failed" {
    if (failure.kind === "stopped") return "stopped";
    return failure.retryable && this.#attempt.willRetry() ? "retrying" : "failed";
  }

  async #completed(result: Extract<StepResult, { status: "completed" }>): Promise<AttemptStatus> {
    const taken = await takeOutputs(this.#context, this.#invocation, { ...this.#attempt, ...result });
    if ("failure" in taken) return await this.failed(taken.failure, this.#statusOf(taken.failure));
    const { artifacts } = taken;
    await publishSuccessfulStepRun(
      this.#context.metadata,
      this.#attempt.stepRun.id,
      artifacts,
      this.#finish(),
    );
    this.#context.outputs.set(this.#invocation.id, artifacts);
    await this.#context.emit({ ...this.#event("completed"), ...this.#duration() });
    this.#end = { status: "completed" };
    return "completed";
  }

  #finish(): StepRunPatch {
    const finishedAt = this.#context.now().toISOString();
    if (!this.#usage) return { finishedAt };
    return { finishedAt, metadata: { ...this.#attempt.stepRun.metadata, usage: this.#usage as Json } };
  }

  /** Never negative, though clocks are set back. */
  #duration(): { durationMs: number } | undefined {
    if (this.#assignedAt === undefined) return undefined;
    return { durationMs: Math.max(0, this.#context.now().getTime() - this.#assignedAt) };
  }

  #event<Status extends string>(status: Status) {
    const { id, attempt } = this.#attempt.stepRun;
    return { event: "step_status" as const, invocation: this.#invocation.id, stepRunId: id, attempt, status };
  }
}
