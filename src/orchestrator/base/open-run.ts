import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withOtherStores } from "../../artifact/with-other-stores.ts";
import type { MetadataStore } from "../../metadata/port.ts";
import { acquireRunLock, type RunLock } from "../../metadata/run-lock.ts";
import {
  isFinished,
  type Json,
  maskEvent,
  NO_LISTENER,
  type PipelineRun,
  RUNS_ELSEWHERE,
  type RunEventBody,
} from "../../model/index.ts";
import { RunSecrets } from "../../secrets/run-secrets.ts";
import { SecretFiles } from "../../secrets/secret-files.ts";
import type { StackComponents } from "../../stack/catalog.ts";
import type { Stack } from "../../stack/stack.ts";
import { priorStates } from "../../step-launcher/prior.ts";
import { getOrchestratorRunName, getRunName } from "../../step-launcher/utils.ts";
import { ActiveRun } from "./active-run.ts";
import { RunFinishedError, RunLockedError } from "./errors.ts";
import { givenOutputs } from "./given-outputs.ts";
import { openInvocations } from "./open-invocations.ts";
import { RunControl } from "./run-control.ts";
import type { OrchestratorServices, RunRequest } from "./services.ts";
import { stackMapper } from "./stack-mapper.ts";
import { clearStopRequest } from "./stop-request.ts";

interface Orchestrator {
  readonly config: { readonly enableCache: boolean };
  readonly name: string;
  readonly runsElsewhere: boolean;
}

/** Makes the run's directory, lock and record; or takes over those of an interrupted run. */
export const openRun = async (
  orchestrator: Orchestrator,
  request: RunRequest,
  stack: Stack,
  services: OrchestratorServices,
): Promise<ActiveRun> => {
  const enableCache = orchestrator.config.enableCache && request.enableCache !== false;
  const wanted =
    request.resume ??
    newRun(request, stack, { now: services.now(), runsElsewhere: orchestrator.runsElsewhere });
  const secrets = secretsOf(request);
  const lock = await lockRun(services.paths.runs, wanted.id);
  try {
    const run = request.resume
      ? await reopen(services.metadata, wanted)
      : await create(services, request, wanted);
    const prior = await priorStates(services.metadata, run.id);
    const context = {
      ...contextOf(run, request, services, secrets),
      prior,
      outputs: await givenOutputs(services.metadata, run, request.snapshot),
      cached: new Set<string>(),
      enableCache,
      artifactStore: withOtherStores(stack.artifactStore, services.artifactStoreOf, services.paths.stores),
    };
    // Before anything is changed: the run can still be resumed. What its steps print could not be masked without.
    if (request.resume) secrets.require(openInvocations(context));
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
  await metadata.createRun(run, snapshot);
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
  secrets: RunSecrets,
) => ({
  run,
  snapshot: request.snapshot,
  paths,
  metadata,
  now,
  secrets,
  secretFiles: new SecretFiles({ workspaceId: metadata.workspaceId, runId: run.id }),
  emit: (event: RunEventBody) => {
    const told = secrets.masker ? maskEvent(secrets.masker, event) : event;
    return request.emit({ time: now().toISOString(), ...told });
  },
  tell: request.emit === NO_LISTENER ? undefined : request.emit,
  mapStack: stackMapper(request.bundles, request.projectRoot),
});

const secretsOf = ({ snapshot, projectRoot, envFile }: RunRequest): RunSecrets =>
  new RunSecrets(snapshot.invocations, { environment: process.env, projectRoot, envFile });

/** Without what is undefined, which is no JSON. */
const namesOf = (components: StackComponents): Json => JSON.parse(JSON.stringify(components));

const newRun = (
  { snapshot, runName, ...request }: RunRequest,
  stack: Stack,
  { now, runsElsewhere }: { readonly now: Date } & Pick<Orchestrator, "runsElsewhere">,
): PipelineRun => {
  const id = randomUUID();
  return {
    id,
    name: getRunName(runName ?? snapshot.runNameTemplate, now),
    pipelineName: snapshot.pipelineName,
    snapshotId: snapshot.id,
    buildId: null,
    orchestratorRunId: `${getOrchestratorRunName(snapshot.pipelineName)}-${id}`,
    stack: stack.name,
    status: "running",
    createdAt: now.toISOString(),
    startedAt: now.toISOString(),
    finishedAt: null,
    failure: null,
    // What a resumption has to know besides the snapshot.
    metadata: {
      ...{ projectRoot: request.projectRoot, enableCache: request.enableCache !== false },
      ...(request.given ? { given: request.given } : {}),
      ...(stack.components ? { components: namesOf(stack.components) } : {}),
      ...(runsElsewhere ? { [RUNS_ELSEWHERE]: true } : {}),
    },
  };
};
