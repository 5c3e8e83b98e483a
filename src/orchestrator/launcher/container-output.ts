import { recordBytes } from "../../logging/log-record.ts";
import { type EventSink, type ExecutionStatus, maskEvent, type RunEventBody } from "../../model/index.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import type { Masker } from "../../util/masking/masker.ts";

/** In a container, what steps print is what the container prints: its engine shows it. What goes wrong is told beside it. */
export const containerOutput = (masker: Masker | undefined): Pick<RunContext, "emit" | "tell"> => ({
  tell: tellLine,
  emit: (event) => tellEvent(masker ? maskEvent(masker, event) : event),
});

const tellLine: EventSink = (event) => {
  if (event.event !== "step_log") return;
  const { stream, ...line } = event;
  process[stream].write(recordBytes({ ...line, stream } as Parameters<typeof recordBytes>[0]));
};

const tellEvent = (event: RunEventBody): void => {
  if (event.event === "warning") note(event.message);
  if (event.event !== "step_status" || UNEVENTFUL.has(event.status)) return;
  const { invocation, attempt, status, failure } = event;
  note(
    `step "${invocation}", attempt ${attempt}: ${status}${failure ? `: ${failure.name}: ${failure.message}` : ""}`,
  );
};

const UNEVENTFUL: ReadonlySet<ExecutionStatus> = new Set(["initializing", "running", "completed"]);

const note = (text: string): void => void process.stderr.write(`stepdock: ${text}\n`);
