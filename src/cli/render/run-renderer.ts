import type { EventSink, PipelineSnapshot } from "../../model/index.ts";

/** Shows a run as it happens. */
export interface RunRenderer {
  /** A returned promise is back-pressure. */
  readonly sink: EventSink;
  /** Shows what is still to be shown: to be called once, when no more events come. */
  close(outputs?: PipelineSnapshot["outputs"]): Promise<void>;
}
