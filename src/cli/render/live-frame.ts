import { columns } from "./columns.ts";
import type { RunView, StepView } from "./run-view.ts";
import { countStatuses, type ShownStatus, skipText, statusStyle } from "./status.ts";
import { formatDuration, harmless, type Paint } from "./text.ts";

export interface FrameSize {
  readonly rows: number;
  readonly columns: number;
}

/** For the line that the cursor is in, the line of the sum, the line of what is left out, and one line of the log. */
const OTHER_LINES = 4;
const FEWEST = 3;

/** The table of steps below the log: as many as there is room for, first those of interest, and a line for the rest. */
export const liveFrame = (
  view: RunView,
  size: FrameSize,
  { now, paint }: { now: number; paint: Paint },
): string => {
  if (!view.started) return "";
  const room = Math.max(FEWEST, size.rows - OTHER_LINES);
  const { steps } = view;
  const shown = steps.length <= room ? steps : mostTelling(steps, room);
  const rest = steps.length - shown.length;
  const rows = shown.map((step) => row(step, size.columns, now, paint));
  return [
    ...columns(rows),
    ...(rest > 0 ? [paint("dim", moreLine(steps, shown))] : []),
    ...(view.finished ? [] : [sumLine(view, now, paint)]),
  ].join("\n");
};

const RANKS: Readonly<Partial<Record<ShownStatus, number>>> = {
  running: 0,
  initializing: 0,
  retrying: 0,
  stopping: 0,
  failed: 1,
  waiting: 2,
};

const rank = ({ status }: StepView): number => RANKS[status] ?? 3;

/** Those that run, then those that failed, then the next ones; in their usual order. */
const mostTelling = (steps: readonly StepView[], room: number): StepView[] =>
  steps
    .toSorted((a, b) => rank(a) - rank(b) || a.index - b.index)
    .slice(0, room)
    .sort((a, b) => a.index - b.index);

/** Room for the columns beside the name. */
const BESIDE_NAME = 40;

const row = (step: StepView, width: number, now: number, paint: Paint): string[] => {
  const name = shorten(step.invocation, Math.max(10, width - BESIDE_NAME));
  const { status } = step;
  return [name, paint(statusStyle(status), status), timeOf(step, now), paint("dim", note(step))];
};

const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

const timeOf = ({ status, runningSince, durationMs }: StepView, now: number): string => {
  if (durationMs !== undefined) return status === "cached" ? "" : formatDuration(durationMs);
  return runningSince === undefined ? "" : elapsed(runningSince, now);
};

/** In whole seconds, so that the table changes no oftener than it tells something new. */
const elapsed = (since: number, now: number): string => {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
};

const note = ({ attempt, skipReason }: StepView): string => {
  if (skipReason) return shorten(skipText(skipReason), BESIDE_NAME);
  return attempt > 1 ? `attempt ${attempt}` : "";
};

const moreLine = (steps: readonly StepView[], shown: readonly StepView[]): string => {
  const hidden = new Set(steps).difference(new Set(shown));
  return `… ${hidden.size} more: ${countStatuses([...hidden].map(({ status }) => status))}`;
};

const sumLine = ({ started, steps }: RunView, now: number, paint: Paint): string => {
  const counts = countStatuses(steps.map(({ status }) => status));
  const time = elapsed(Date.parse(started?.time ?? ""), now);
  return paint("dim", `run ${harmless(started?.runName ?? "")}: ${counts}, ${time}`);
};
