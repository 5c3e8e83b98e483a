import type { Failure } from "./failure.ts";
import type { RunHooks } from "./hooks.ts";
import type { SkipReason } from "./run.ts";
import type { ExecutionStatus } from "./status.ts";

export type RunHookName = keyof RunHooks;

/** What happens in a run, as it happens. `time` is ISO 8601 in UTC; `--json` prints one a line. */
export type RunEvent = { readonly time: string } & RunEventBody;

export type RunEventBody =
  | {
      readonly event: "run_started";
      readonly runId: string;
      readonly runName: string;
      readonly pipeline: string;
      /** `ZENML_RUN_ID`. */
      readonly orchestratorRunId: string;
      readonly stack: string;
      /** Invocation ids by topsort layer. */
      readonly layers: readonly (readonly string[])[];
      /** The run was interrupted, and goes on. */
      readonly resumed?: boolean;
    }
  | { readonly event: "build_started"; readonly image: string; readonly invocations: readonly string[] }
  | { readonly event: "build_output"; readonly image: string; readonly line: string }
  | {
      readonly event: "build_finished";
      readonly image: string;
      readonly reused: boolean;
      readonly durationMs: number;
    }
  | {
      readonly event: "step_status";
      readonly invocation: string;
      readonly stepRunId: string | null;
      readonly attempt: number;
      readonly status: ExecutionStatus;
      readonly durationMs?: number;
      readonly containerId?: string;
      readonly failure?: Failure;
      readonly skipReason?: SkipReason;
      /** Where the whole log of the attempt is, for a failed step. */
      readonly logPath?: string;
    }
  | {
      readonly event: "step_log";
      readonly invocation: string;
      readonly stream: "stdout" | "stderr";
      readonly text?: string;
      /** Base64, where the line is not UTF-8. */
      readonly bytes?: string;
      /** The line goes on in the next record of this stream. */
      readonly partial?: true;
    }
  | {
      /** What a hook of the run as a whole printed. */
      readonly event: "hook_log";
      readonly hook: RunHookName;
      readonly stream: "stdout" | "stderr";
      readonly text?: string;
      /** Base64, where the line is not UTF-8. */
      readonly bytes?: string;
      /** The line goes on in the next record of this stream. */
      readonly partial?: true;
    }
  | { readonly event: "warning"; readonly message: string; readonly invocation?: string }
  | {
      readonly event: "run_finished";
      readonly runId: string;
      readonly status: ExecutionStatus;
      readonly durationMs: number;
      readonly steps: Readonly<Partial<Record<ExecutionStatus, number>>>;
      /** The fault that ended the run, if it was not a step's own; the command ends with it as its error. */
      readonly failure?: Failure;
    };

/** Takes events in order. A returned promise holds the sender back. */
export type EventSink = (event: RunEvent) => void | Promise<void>;

/** Takes no events. Where it is given, a step's output is written to its log and not told line by line. */
export const NO_LISTENER: EventSink = () => {};
