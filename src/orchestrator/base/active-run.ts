import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { layersOf } from "../../compiler/compile.ts";
import { isEngineGone } from "../../errors/engine-gone.ts";
import { isStepdockError } from "../../errors/error.ts";
import type { MetadataStore } from "../../metadata/port.ts";
import { acquireRunLock, type RunLock } from "../../metadata/run-lock.ts";
import {
  type Failure,
  isFinished,
  type Json,
  type PipelineRun,
  type RunEventBody,
} from "../../model/index.ts";
import type { Stack } from "../../stack/stack.ts";
import { priorStates } from "../../step-launcher/prior.ts";
import { getPipelineRunStatus, publishPipelineRunMetadata } from "../../step-launcher/publish-utils.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { getOrchestratorRunName, getRunName } from "../../step-launcher/utils.ts";
import { RunFinishedError, RunInterruptedError, RunLockedError } from "./errors.ts";
import { givenOutputs } from "./given-outputs.ts";
import { RunControl } from "./run-control.ts";
import type { OrchestratorServices, RunRequest } from "./services.ts";
import { stackMapper } from "./stack-mapper.ts";
import { clearStopRequest } from "./stop-request.ts";

/** What keeps others off a run, and lets them stop it. */
interface RunHold {
  readonly lock: RunLock;
  readonly control: RunControl;
}

/** A run that this process owns: its lock is held, its record exists. */
export class ActiveRun implements AsyncDisposable {
  readonly context: RunContext;
  readonly request: RunRequest;
  readonly #lock: RunLock;
  readonly #control: RunControl;

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
      if (isEngineGone(error) && (await this.#hasBegun())) throw this.#interrupted(error);
      await this.#finish(begun, failureOf(error));
      throw error;
    }
    return await this.#finish(begun, this.#control.timeoutFailure ?? null);
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
    const { run, snapshot, emit, metadata, now } = this.context;
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
    for (const message of snapshot.warnings) await emit({ event: "warning", message });
  }

  async #finish(begun: Date, failure: Failure | null): Promise<PipelineRun> {
    const { run, snapshot, metadata, emit, now } = this.context;
    const statuses = latestStatuses(await metadata.listStepRuns(run.id));
    const status = this.#statusOf(statuses, failure !== null, Object.keys(snapshot.invocations).length);
    const finished = await metadata.updateRun(run.id, { status, failure, finishedAt: now().toISOString() });
    await emit({
      ...{ event: "run_finished", runId: run.id, status },
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

interface Orchestrator {
  readonly config: { readonly enableCache: boolean };
  readonly name: string;
}

/** Makes the run's directory, lock and record; or takes over those of an interrupted run. */
export const openRun = async (
  orchestrator: Orchestrator,
  request: RunRequest,
  stack: Stack,
  services: OrchestratorServices,
): Promise<ActiveRun> => {
  const enableCache = orchestrator.config.enableCache && request.enableCache !== false;
  const wanted = request.resume ?? newRun(request, stack, services.now());
  const lock = await lockRun(services.paths.runs, wanted.id);
  try {
    const run = request.resume
      ? await reopen(services.metadata, wanted)
      : await create(services, request, wanted);
    const prior = await priorStates(services.metadata, run.id);
    const context = {
      ...contextOf(run, request, services),
      prior,
      outputs: await givenOutputs(services.metadata, run),
      enableCache,
      artifactStore: stack.artifactStore,
    };
    const control = new RunControl({
      directory: join(services.paths.runs, run.id),
      ...{ signals: request.signals, timeout: request.snapshot.timeout },
    });
    return new ActiveRun(context, request, { lock, control });
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
};

const lockRun = async (runs: string, id: string): Promise<RunLock> => {
  const directory = join(runs, id);
  await mkdir(directory, { recursive: true });
  const lock = acquireRunLock(join(directory, "lock.db"));
  if (!lock) throw new RunLockedError(id);
  // Who wrote one before the lock was taken asked an owner that is dead.
  clearStopRequest(directory);
  return lock;
};

const create = async (
  { metadata }: OrchestratorServices,
  { snapshot }: RunRequest,
  run: PipelineRun,
): Promise<PipelineRun> => {
  await metadata.saveSnapshot(snapshot);
  await metadata.createRun(run);
  return run;
};

/** Read again under the lock: another process may have brought it to its end meanwhile. */
const reopen = async (metadata: MetadataStore, { id }: PipelineRun): Promise<PipelineRun> => {
  const run = await metadata.findRun(id);
  if (isFinished(run.status)) throw new RunFinishedError(run);
  return run;
};

const contextOf = (
  run: PipelineRun,
  request: RunRequest,
  { paths, metadata, now }: OrchestratorServices,
) => ({
  run,
  snapshot: request.snapshot,
  paths,
  metadata,
  now,
  emit: (event: RunEventBody) => request.emit({ time: now().toISOString(), ...event }),
  mapStack: stackMapper(request.bundles, request.projectRoot),
});

const newRun = ({ snapshot, runName, ...request }: RunRequest, stack: Stack, now: Date): PipelineRun => {
  const id = randomUUID();
  return {
    id,
    name: getRunName(runName ?? snapshot.runNameTemplate, now),
    pipelineName: snapshot.pipelineName,
    snapshotId: snapshot.id,
    buildId: null,
    orchestratorRunId: `${getOrchestratorRunName(snapshot.pipelineName)}-${id}`,
    stack: stack.name,
    status: "initializing",
    createdAt: now.toISOString(),
    startedAt: null,
    finishedAt: null,
    failure: null,
    // What a resumption has to know besides the snapshot.
    metadata: {
      ...{ projectRoot: request.projectRoot, enableCache: request.enableCache !== false },
      ...(request.given ? { given: request.given } : {}),
    },
  };
};
