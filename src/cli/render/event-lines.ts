import { recordText } from "../../logging/log-record.ts";
import { sanitizeForTerminal } from "../../logging/sanitize.ts";
import type { RunEvent } from "../../model/index.ts";
import { type ShownStatus, skipText, statusStyle } from "./status.ts";
import { count, formatDuration, harmless, type Paint } from "./text.ts";

type EventOf<Name extends RunEvent["event"]> = Extract<RunEvent, { event: Name }>;

/** The line that a run begins with. */
export const startLine = (event: EventOf<"run_started">, paint: Paint): string => {
  const steps = count(event.layers.flat().length, "step");
  const facts = `pipeline ${event.pipeline}, ${steps}, stack ${event.stack}, id ${event.runId}`;
  return `run ${paint("bold", harmless(event.runName))} ${paint("dim", `(${facts})`)}`;
};

/** Builds and warnings, as lines; undefined for every other event. */
export const noticeLine = (event: RunEvent, paint: Paint): string | undefined => {
  switch (event.event) {
    case "build_started":
      return paint("dim", `build | ${event.image} for ${event.invocations.join(", ")}`);
    case "build_output":
      return paint("dim", `build | ${harmless(event.line)}`);
    case "build_finished":
      return paint("dim", `build | ${event.image} ${howBuilt(event)}`);
    case "hook_log":
      return hookLine(event, paint);
    case "warning":
      return warningLine(event, paint);
    default:
      return undefined;
  }
};

const hookLine = (event: EventOf<"hook_log">, paint: Paint): string =>
  `${paint("dim", `${event.hook} |`)} ${sanitizeForTerminal(recordText(event))}`;

const howBuilt = ({ reused, durationMs }: EventOf<"build_finished">): string =>
  reused ? "is there already" : `is built, in ${formatDuration(durationMs)}`;

const warningLine = ({ message, invocation }: EventOf<"warning">, paint: Paint): string => {
  const where = invocation === undefined ? "" : `step ${invocation}: `;
  return `${paint("yellow", "warning:")} ${where}${harmless(message)}`;
};

/** `step train: completed in 1.2 s`; undefined for a status that says nothing of its own. */
export const statusLine = (event: EventOf<"step_status">, paint: Paint): string | undefined => {
  const what = statusText(event);
  const status = event.status === "retrying" ? "failed" : event.status;
  return what && `step ${paint("bold", event.invocation)}: ${paint(statusStyle(status), what[0])}${what[1]}`;
};

const NEVER_A_LINE: ReadonlySet<ShownStatus> = new Set([
  "initializing",
  "provisioning",
  "retried",
  "stopping",
]);

const statusText = (event: EventOf<"step_status">): readonly [string, string] | undefined => {
  const { status, attempt, durationMs, failure, skipReason } = event;
  if (NEVER_A_LINE.has(status)) return undefined;
  const word = status === "retrying" ? "failed" : status;
  const time = durationMs === undefined || status === "cached" ? "" : ` in ${formatDuration(durationMs)}`;
  const tries = attempt > 1 || status === "retrying" ? ` (attempt ${attempt})` : "";
  const why = skipReason ? `: ${skipText(skipReason)}` : failure ? `: ${firstLine(failure.message)}` : "";
  return [word, `${time}${tries}${why}${status === "retrying" ? "; it is tried again" : ""}`];
};

const firstLine = (message: string): string => harmless(message.split("\n", 1)[0] ?? "");
