import type { ArtifactStore } from "../artifact/port.ts";
import type { MetadataStore } from "../metadata/port.ts";
import type {
  ArtifactVersion,
  EventSink,
  PipelineRun,
  PipelineSnapshot,
  RunEventBody,
} from "../model/index.ts";
import type { RunSecrets } from "../secrets/run-secrets.ts";
import type { SecretFiles } from "../secrets/secret-files.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";
import type { PriorState } from "./prior.ts";

/** What everything that belongs to one run shares. */
export interface RunContext {
  readonly run: PipelineRun;
  readonly snapshot: PipelineSnapshot;
  readonly paths: WorkspacePaths;
  readonly metadata: MetadataStore;
  readonly artifactStore: ArtifactStore;
  /** Whether results of earlier runs may be used at all. */
  readonly enableCache: boolean;
  /** Whether it is not for this process to try a failed step again, but for an engine that starts it anew. */
  readonly backendRetries?: boolean;
  /** What invocations had come to before, where the run is resumed. */
  readonly prior: ReadonlyMap<string, PriorState>;
  /** Outputs of the invocations that have succeeded so far. */
  readonly outputs: Map<string, Readonly<Record<string, ArtifactVersion>>>;
  /** Invocations that were taken from earlier runs before anything was submitted. */
  readonly cached: Set<string>;
  readonly secrets: RunSecrets;
  /** For containers that read no assignment. Nothing is left of them once the run has ended. */
  readonly secretFiles: SecretFiles;
  readonly now: () => Date;
  /** Tells the world; a returned promise is back-pressure. */
  readonly emit: (event: RunEventBody) => void | Promise<void>;
  /** Takes events that have their time; undefined where nobody listens, and what steps print need not be told. */
  readonly tell: EventSink | undefined;
  /** Points a stack from a container at the user's sources. */
  readonly mapStack: (stack: string) => string;
}
