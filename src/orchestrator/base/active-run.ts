import { layersOf } from "../../compiler/compile.ts";
import { isEngineGone } from "../../errors/engine-gone.ts";
import { isStepdockError } from "../../errors/error.ts";
import type { RunPatch } from "../../metadata/port.ts";
import type { RunLock } from "../../metadata/run-lock.ts";
import { type Failure, isFinished, type Json, maskError, type PipelineRun } from "../../model/index.ts";
import { getPipelineRunStatus, publishPipelineRunMetadata } from "../../step-launcher/publish-utils.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { RunInterruptedError } from "./errors.ts";
import type { RunControl } from "./run-control.ts";
import type { RunRequest } from "./services.ts";

/** What keeps others off a run, and lets them stop it. */
export interface RunHold {
  readonly lock: RunLock;
  readonly control: RunControl;
}

/** A run that this process owns: its lock is held, its record exists. */
export class ActiveRun implements AsyncDisposable {
  readonly context: RunContext;
  readonly request: RunRequest;
  readonly #lock: RunLock;
  readonly #control: RunControl;
  #isLeft = false;
  #hasFailed = false;

  constructor(context: RunContext, request: RunRequest, { lock, control }: RunHold) {
    this.context = context;
    // Whatever stops the run does so through these.
    this.request = { ...request, signals: control.signals };
    this.#lock = lock;
    this.#control = control;
  }

  /** Runs `work` from the first event to the last; the record ends in a final status, unless the engine goes away: then others may resume it. */
  async conduct(work: () => Promise<void>): Promise<PipelineRun> {
    const begun = this.context.now();
    await this.#emitStarted();
    try {
      this.#control.begin(() => void this.context.emit({ event: "warning", message: ASKED_TO_STOP }));
      await work().finally(() => this.#control.end());
    } catch (error) {
      maskError(this.context.secrets.masker, error);
      if (isEngineGone(error) && !this.#hasFailed && (await this.#hasBegun())) throw this.#interrupted(error);
      await this.#finish(begun, failureOf(error));
      throw error;
    }
    if (this.#isLeft) return await this.#goesOn();
    return await this.#finish(begun, this.#control.timeoutFailure ?? null);
  }

  /** The run goes on without this process: its end is for others to record. */
  leave(): void {
    this.#isLeft = true;
  }

  /** Records that it has failed while some of it goes on elsewhere: how that ends, or is stopped, is not the run's end. */
  async fail(error: unknown): Promise<void> {
    this.#control.end();
    this.#hasFailed = true;
    maskError(this.context.secrets.masker, error);
    const [status, finishedAt] = [this.#statusOf([], true, 0), this.context.now().toISOString()];
    await this.#recordEnd({ status, failure: failureOf(error), finishedAt });
  }

  get isLeft(): boolean {
    return this.#isLeft;
  }

  async #goesOn(): Promise<PipelineRun> {
    const { run, metadata, emit, snapshot } = this.context;
    await emit({ event: "warning", message: goesOnElsewhere(run) });
    const { hooks: { onCleanup } = {}, timeout } = snapshot;
    if (onCleanup) await emit({ event: "warning", message: notKept("its onCleanup is not called") });
    if (timeout !== undefined) await emit({ event: "warning", message: notKept("its timeout is not kept") });
    return await metadata.findRun(run.id);
  }

  /** Whether something of the run was done already, that is worth going on from. */
  async #hasBegun(): Promise<boolean> {
    const { metadata, run } = this.context;
    return this.request.resume !== undefined || (await metadata.listStepRuns(run.id)).length > 0;
  }

  #interrupted(error: unknown): RunInterruptedError {
    const cause = error instanceof SuppressedError ? error.suppressed : error;
    return new RunInterruptedError(this.context.run, (cause as Error).message, { cause });
  }

  /** How the run would end now. */
  async statusNow(failed: boolean): Promise<PipelineRun["status"]> {
    const { run, snapshot, metadata } = this.context;
    const statuses = latestStatuses(await metadata.listStepRuns(run.id));
    return this.#statusOf(statuses, failed, Object.keys(snapshot.invocations).length);
  }

  async addMetadata(entries: Readonly<Record<string, Json>>): Promise<void> {
    await publishPipelineRunMetadata(this.context.metadata, this.context.run, entries);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lock[Symbol.dispose]();
    this.#control[Symbol.dispose]();
  }

  async #emitStarted(): Promise<void> {
    const { run, snapshot, emit, metadata, now, secrets } = this.context;
    if (run.status !== "running") {
      await metadata.updateRun(run.id, { status: "running", startedAt: now().toISOString() });
    }
    await emit({
      event: "run_started",
      runId: run.id,
      runName: run.name,
      pipeline: run.pipelineName,
      orchestratorRunId: run.orchestratorRunId,
      stack: run.stack,
      layers: layersOf(snapshot.invocations),
      ...(this.request.resume ? { resumed: true } : {}),
    });
    for (const message of [...snapshot.warnings, ...secrets.warnings])
      await emit({ event: "warning", message });
  }

  async #finish(begun: Date, failure: Failure | null): Promise<PipelineRun> {
    const { run, snapshot, metadata, emit, now, secretFiles } = this.context;
    await secretFiles[Symbol.asyncDispose]();
    const statuses = latestStatuses(await metadata.listStepRuns(run.id));
    const status = this.#statusOf(statuses, failure !== null, Object.keys(snapshot.invocations).length);
    const finished = await this.#recordEnd({ status, failure, finishedAt: now().toISOString() });
    await emit({
      ...{ event: "run_finished", runId: run.id, status: finished.status },
      durationMs: now().getTime() - begun.getTime(),
      steps: Object.fromEntries(
        Map.groupBy(statuses, (each) => each)
          .entries()
          .map(([key, all]) => [key, all.length]),
      ),
      ...(failure ? { failure } : {}),
    });
    return finished;
  }

  /** The last of the launchers may have done so, of a run whose steps run elsewhere. */
  async #recordEnd(end: RunPatch): Promise<PipelineRun> {
    const { run, metadata } = this.context;
    const present = await metadata.findRun(run.id);
    return isFinished(present.status) ? present : await metadata.updateRun(run.id, end);
  }

  #statusOf(
    statuses: readonly PipelineRun["status"][],
    failed: boolean,
    count: number,
  ): PipelineRun["status"] {
    if (this.#control.timeoutFailure) return "failed";
    if (this.request.signals.signal.aborted) return "stopped";
    if (failed) return "failed";
    const status = getPipelineRunStatus(statuses, count);
    // Nothing runs any more: what has not even a record was never reached.
    return status === "running" ? "failed" : status;
  }
}

const goesOnElsewhere = ({ id }: PipelineRun): string =>
  `The run was submitted and goes on without this process: \`stepdock show ${id}\` tells how it stands, and ` +
  `\`stepdock stop ${id}\` ends it.`;

const notKept = (what: string): string => `Nobody waits for the end of the run here, so ${what}.`;

const ASKED_TO_STOP = "Another process asked this run to stop.";

const latestStatuses = (steps: readonly { invocationId: string; status: PipelineRun["status"] }[]) => [
  ...new Map(steps.map(({ invocationId, status }) => [invocationId, status])).values(),
];

const failureOf = (error: unknown): Failure => ({
  kind: "internal",
  name: error instanceof Error ? error.name : "Error",
  message: error instanceof Error ? error.message : String(error),
  retryable: isStepdockError(error),
});
