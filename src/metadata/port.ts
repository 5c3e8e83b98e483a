import type {
  ArtifactVersion,
  Build,
  ExecutionStatus,
  PipelineRun,
  PipelineSnapshot,
  StepRun,
} from "../model/index.ts";

export type RunPatch = Partial<Omit<PipelineRun, "id">>;
export type StepRunPatch = Partial<Omit<StepRun, "id" | "runId" | "invocationId" | "attempt">>;

export interface RunFilter {
  readonly pipelineName?: string | undefined;
  readonly status?: ExecutionStatus | undefined;
  readonly limit?: number | undefined;
}

/** An artifact with the number that it has among those of its name: 1 for the first. */
export type VersionedArtifact = ArtifactVersion & { readonly version: number };

/** The newest artifact of a name, and how many there are. */
export type NamedArtifact = VersionedArtifact & { readonly versions: number };

/** A step run to be published, with the artifacts that it takes in and makes: name → artifact id. */
export interface StepRunEntry {
  readonly stepRun: StepRun;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
}

/** Everything that is on record of one run that has ended. */
export interface RunRecords {
  readonly run: PipelineRun;
  readonly snapshot: PipelineSnapshot;
  readonly build: Build | null;
  /** In the order they were published. */
  readonly stepRuns: readonly StepRunEntry[];
  /** Those that the step runs name and that the store does not have. */
  readonly artifacts: readonly ArtifactVersion[];
}

/** Files that no other record tells of any more, and that are to be removed. */
export interface Removal {
  readonly uri: string;
  /** Whether they came from another workspace: they may be somebody else's, in the same store. */
  readonly imported: boolean;
  /** Absent where nothing was ever published. */
  readonly artifact?: Pick<ArtifactVersion, "name" | "sizeBytes">;
}

/**
 * The record of everything that ran. One writer, the host; in launcher mode, several. Each method is one transaction,
 * durable when it resolves.
 */
export interface MetadataStore extends AsyncDisposable {
  /** Made once with the store; part of every cache key, so that a moved workspace keeps its cache. */
  readonly workspaceId: string;

  saveSnapshot(snapshot: PipelineSnapshot): Promise<void>;
  getSnapshot(id: string): Promise<PipelineSnapshot | undefined>;
  saveBuild(build: Build): Promise<void>;
  getBuild(id: string): Promise<Build | undefined>;

  /** With its snapshot, where that is not saved yet: in one transaction. */
  createRun(run: PipelineRun, snapshot?: PipelineSnapshot): Promise<void>;
  /**
   * The run with the orchestrator run id of this one: that which is there, else this one, which is created. Several
   * processes that ask at once all get the same.
   */
  findOrCreateRun(run: PipelineRun): Promise<PipelineRun>;
  /** Adds a run of another workspace with all that belongs to it, in one transaction; its artifacts get the next versions. */
  importRun(records: RunRecords): Promise<void>;
  /** Refuses a status that cannot follow the present one (`mayFollow`). */
  updateRun(id: string, patch: RunPatch): Promise<PipelineRun>;
  getRun(id: string): Promise<PipelineRun | undefined>;
  /** By id, by name, by an unambiguous beginning of the id, or `latest`. Throws where none or several fit. */
  findRun(reference: string): Promise<PipelineRun>;
  /** Newest first. */
  listRuns(filter?: RunFilter): Promise<PipelineRun[]>;

  /** Publishes a step run with the artifacts it takes in (input name → artifact id). */
  createStepRun(stepRun: StepRun, inputs: Readonly<Record<string, string>>): Promise<void>;
  /** Publishes many at once, for instance all cached steps of a run, with outputs by name → artifact id. */
  createStepRuns(entries: readonly StepRunEntry[]): Promise<void>;
  /** Publishes those of whose attempt there is no record yet; the others are left as they are. */
  createMissingStepRuns(stepRuns: readonly StepRun[]): Promise<void>;
  /** Refuses a status that cannot follow the present one. */
  updateStepRun(id: string, patch: StepRunPatch): Promise<StepRun>;
  /** Records the outputs and the status together: either all of it is there or nothing. */
  completeStepRun(
    id: string,
    patch: StepRunPatch,
    outputs: Readonly<Record<string, ArtifactVersion>>,
  ): Promise<StepRun>;
  getStepRun(id: string): Promise<StepRun | undefined>;
  /** In the order they were published. */
  listStepRuns(runId: string): Promise<StepRun[]>;
  /** The newest completed (never cached, failed, …) step run with this key, made at or after `notBefore` (ISO 8601). */
  findCached(cacheKey: string, notBefore?: string): Promise<StepRun | undefined>;
  /** The newest step run of this step of this pipeline that has a key, to tell which ingredient changed. */
  latestKeyed(pipelineName: string, invocationId: string): Promise<StepRun | undefined>;
  /**
   * By invocation, how long a step of this pipeline takes, in seconds: the median of its latest three completed
   * executions (never cached ones). An invocation that never completed is left out.
   */
  stepDurations(
    pipelineName: string,
    invocationIds: readonly string[],
  ): Promise<Readonly<Record<string, number>>>;

  inputsOf(stepRunId: string): Promise<Record<string, ArtifactVersion>>;
  outputsOf(stepRunId: string): Promise<Record<string, ArtifactVersion>>;
  getArtifact(id: string): Promise<ArtifactVersion | undefined>;
  /** The newest artifact of each name, in the order of the names. */
  listArtifactNames(): Promise<NamedArtifact[]>;
  /** All of one name, newest first. A step run that was cached makes none. */
  listArtifactVersions(name: string): Promise<VersionedArtifact[]>;

  /**
   * Forgets a run; returns the artifacts that nothing refers to any more. Their files, and `leftOver`, are on record as
   * removals from then on, until the caller has removed them.
   */
  removeRun(id: string, leftOver?: readonly Removal[]): Promise<ArtifactVersion[]>;
  /** Those that are still to be done, also after a crash. */
  listRemovals(): Promise<Removal[]>;
  /** Those of these URIs are done. */
  forgetRemovals(uris: readonly string[]): Promise<void>;
}
