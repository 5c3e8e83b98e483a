import type { Json } from "../../model/index.ts";

/** What submitting a pipeline gives; ZenML's `SubmissionResult`. */
export interface SubmissionResult {
  /** Recorded with the run. */
  readonly metadata?: Readonly<Record<string, Json>>;
  /** Resolves when the pipeline has ended; awaited by a synchronous orchestrator. */
  readonly waitForCompletion?: () => Promise<void>;
}
