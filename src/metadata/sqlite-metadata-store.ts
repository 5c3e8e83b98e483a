import type { ArtifactVersion, Build, PipelineRun, PipelineSnapshot, StepRun } from "../model/index.ts";
import type {
  MetadataStore,
  NamedArtifact,
  Removal,
  RunFilter,
  RunPatch,
  RunRecords,
  StepRunEntry,
  StepRunPatch,
  VersionedArtifact,
} from "./port.ts";
import type { Registrations } from "./registrations.ts";
import * as versions from "./sqlite/artifact-versions.ts";
import * as artifacts from "./sqlite/artifacts.ts";
import { type ConnectionOptions, connect } from "./sqlite/connection.ts";
import * as documents from "./sqlite/documents.ts";
import { asMetadataError } from "./sqlite/errors.ts";
import { insertRecords } from "./sqlite/import.ts";
import { problemsOf } from "./sqlite/integrity.ts";
import type { DatabaseSync } from "./sqlite/node-sqlite.ts";
import { applyRegistration, selectRegistered } from "./sqlite/registrations.ts";
import { deleteRemovals, selectRemovals } from "./sqlite/removals.ts";
import * as runs from "./sqlite/runs.ts";
import { selectStepDurations } from "./sqlite/step-durations.ts";
import * as stepRuns from "./sqlite/step-runs.ts";
import { transact } from "./sqlite/transaction.ts";

/**
 * The metadata store in one SQLite file, made on first use. Any number of processes may have it open; a writer waits
 * up to 30 seconds for another. While it waits, and while SQLite works, this process does nothing else: transactions
 * are kept short.
 *
 * `onWarning` takes what the user should know though everything works. Throws `MetadataStoreError` if the file is no
 * database, belongs to another program or was made by a newer stepdock (it is not changed then), or cannot be opened.
 */
export const openSqliteMetadataStore = async (options: ConnectionOptions): Promise<SqliteMetadataStore> =>
  new SqliteMetadataStore(connect(options), options.path);

/** See `openSqliteMetadataStore`. Takes over the connection, which must be migrated, and closes it. */
export class SqliteMetadataStore implements MetadataStore {
  readonly workspaceId: string;
  /** What is registered in the workspace besides its records. */
  readonly registrations: Registrations = {
    read: () => this.#read("read what is registered", () => selectRegistered(this.#database, this.#path)),
    change: (decide) =>
      this.#write("change what is registered", () =>
        applyRegistration(this.#database, decide(selectRegistered(this.#database, this.#path))),
      ),
  };
  readonly #database: DatabaseSync;
  readonly #path: string;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
    const row = database.prepare("SELECT value FROM meta WHERE key = 'workspace_id'").get();
    this.workspaceId = String(row?.value);
  }

  saveSnapshot(snapshot: PipelineSnapshot): Promise<void> {
    return this.#write(`save snapshot ${snapshot.id}`, () =>
      documents.insertSnapshot(this.#database, snapshot),
    );
  }

  getSnapshot(id: string): Promise<PipelineSnapshot | undefined> {
    return this.#read(`read snapshot ${id}`, () => documents.selectSnapshot(this.#database, this.#path, id));
  }

  saveBuild(build: Build): Promise<void> {
    return this.#write(`save build ${build.id}`, () => documents.insertBuild(this.#database, build));
  }

  getBuild(id: string): Promise<Build | undefined> {
    return this.#read(`read build ${id}`, () => documents.selectBuild(this.#database, this.#path, id));
  }

  createRun(run: PipelineRun, snapshot?: PipelineSnapshot): Promise<void> {
    return this.#write(`create run ${run.id} (${run.name})`, () => {
      if (snapshot) documents.insertSnapshot(this.#database, snapshot);
      runs.insertRun(this.#database, run);
    });
  }

  findOrCreateRun(run: PipelineRun): Promise<PipelineRun> {
    return this.#write(`find or create the run of ${run.orchestratorRunId}`, () =>
      runs.selectOrInsertRun(this.#database, run),
    );
  }

  importRun(records: RunRecords): Promise<void> {
    const { id, name } = records.run;
    return this.#write(`import run ${id} (${name})`, () => insertRecords(this.#database, records));
  }

  updateRun(id: string, patch: RunPatch): Promise<PipelineRun> {
    return this.#write(`update run ${id}`, () => runs.patchRun(this.#database, id, patch));
  }

  getRun(id: string): Promise<PipelineRun | undefined> {
    return this.#read(`read run ${id}`, () => runs.selectRun(this.#database, id));
  }

  findRun(reference: string): Promise<PipelineRun> {
    return this.#transact("DEFERRED", `find run ${reference}`, () =>
      runs.selectRunByReference(this.#database, reference),
    );
  }

  listRuns(filter: RunFilter = {}): Promise<PipelineRun[]> {
    return this.#read("list runs", () => runs.selectRuns(this.#database, filter));
  }

  createStepRun(stepRun: StepRun, inputs: artifacts.LinksByName): Promise<void> {
    const { id, invocationId, attempt } = stepRun;
    const intent = `create step run ${id} (${invocationId}, attempt ${attempt})`;
    return this.#write(intent, () => stepRuns.insertStepRuns(this.#database, [{ stepRun, inputs }]));
  }

  createStepRuns(entries: readonly StepRunEntry[]): Promise<void> {
    return this.#write(`create ${entries.length} step runs`, () =>
      stepRuns.insertStepRuns(this.#database, entries),
    );
  }

  createMissingStepRuns(missing: readonly StepRun[]): Promise<void> {
    return this.#write(`create those of ${missing.length} step runs that are missing`, () =>
      stepRuns.insertMissingStepRuns(this.#database, missing),
    );
  }

  updateStepRun(id: string, patch: StepRunPatch): Promise<StepRun> {
    return this.#write(`update step run ${id}`, () => stepRuns.patchStepRun(this.#database, id, patch));
  }

  completeStepRun(
    id: string,
    patch: StepRunPatch,
    outputs: Readonly<Record<string, ArtifactVersion>>,
  ): Promise<StepRun> {
    return this.#write(`complete step run ${id}`, () =>
      stepRuns.completeStepRun(this.#database, id, patch, outputs),
    );
  }

  getStepRun(id: string): Promise<StepRun | undefined> {
    return this.#read(`read step run ${id}`, () => stepRuns.selectStepRun(this.#database, id));
  }

  listStepRuns(runId: string): Promise<StepRun[]> {
    return this.#read(`list the step runs of run ${runId}`, () =>
      stepRuns.selectStepRuns(this.#database, runId),
    );
  }

  findCached(cacheKey: string, notBefore?: string): Promise<StepRun | undefined> {
    return this.#read(`look up cache key ${cacheKey}`, () =>
      stepRuns.selectCached(this.#database, cacheKey, notBefore),
    );
  }

  latestKeyed(pipelineName: string, invocationId: string): Promise<StepRun | undefined> {
    return this.#read(`look up the latest ${invocationId} of ${pipelineName}`, () =>
      stepRuns.selectLatestKeyed(this.#database, pipelineName, invocationId),
    );
  }

  stepDurations(
    pipelineName: string,
    invocationIds: readonly string[],
  ): Promise<Readonly<Record<string, number>>> {
    return this.#read(`look up how long the steps of ${pipelineName} take`, () =>
      selectStepDurations(this.#database, pipelineName, invocationIds),
    );
  }

  inputsOf(stepRunId: string): Promise<Record<string, ArtifactVersion>> {
    return this.#read(`read the inputs of step run ${stepRunId}`, () =>
      artifacts.selectLinked(this.#database, "stepRunInputs", stepRunId),
    );
  }

  outputsOf(stepRunId: string): Promise<Record<string, ArtifactVersion>> {
    return this.#read(`read the outputs of step run ${stepRunId}`, () =>
      artifacts.selectLinked(this.#database, "stepRunOutputs", stepRunId),
    );
  }

  getArtifact(id: string): Promise<ArtifactVersion | undefined> {
    return this.#read(`read artifact ${id}`, () => artifacts.selectArtifact(this.#database, id));
  }

  listArtifactNames(): Promise<NamedArtifact[]> {
    return this.#read("list artifacts", () => versions.selectNames(this.#database));
  }

  listArtifactVersions(name: string): Promise<VersionedArtifact[]> {
    return this.#read(`list the versions of artifact ${name}`, () =>
      versions.selectVersions(this.#database, name),
    );
  }

  removeRun(id: string, leftOver: readonly Removal[] = []): Promise<ArtifactVersion[]> {
    return this.#write(`remove run ${id}`, () => runs.deleteRun(this.#database, id, leftOver));
  }

  listRemovals(): Promise<Removal[]> {
    return this.#read("list what is to be removed", () => selectRemovals(this.#database));
  }

  forgetRemovals(uris: readonly string[]): Promise<void> {
    return this.#write("record what is removed", () => deleteRemovals(this.#database, uris));
  }

  /** What is wrong with the file, one sentence each; empty if nothing is. Reads all of it. */
  async checkIntegrity(): Promise<string[]> {
    return problemsOf(this.#database);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  /** One SELECT, which sees one state of the database also without a transaction around it. */
  async #read<T>(intent: string, work: () => T): Promise<T> {
    return this.#told(intent, work);
  }

  async #write<T>(intent: string, work: () => T): Promise<T> {
    return this.#transact("IMMEDIATE", intent, work);
  }

  async #transact<T>(mode: "DEFERRED" | "IMMEDIATE", intent: string, work: () => T): Promise<T> {
    return this.#told(intent, () => transact(this.#database, mode, work));
  }

  #told<T>(intent: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asMetadataError(intent, this.#path, error);
    }
  }
}
