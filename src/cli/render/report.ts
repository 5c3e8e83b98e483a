import { recordForTerminal } from "../../logging/sanitize.ts";
import type { Failure, PipelineSnapshot } from "../../model/index.ts";
import type { RunView, StepView } from "./run-view.ts";
import { orderedStack } from "./stack-frames.ts";
import { countStatuses, skipText, statusStyle } from "./status.ts";
import { formatDuration, harmless, type Paint } from "./text.ts";

/** Of a failed step's log; the whole is named. */
const LAST_LINES = 10;
/** Of one such line, in UTF-16 units. */
const WIDEST_LINE = 500;

/** What is said when a run has ended: failed steps in full, the sum, what did not run and why, and the outputs. */
export const runReport = (view: RunView, outputs: PipelineSnapshot["outputs"], paint: Paint): string[] => {
  const { started, finished } = view;
  if (!started || !finished) return [];
  const run = shortId(started.runId);
  const failed = view.steps.filter(hasFailed(finished.failure));
  return [
    ...failed.flatMap((step) => failedStep(step, { run, paint })),
    summary(view, paint),
    ...(finished.failure?.kind === "timeout" ? [paint("red", `  ${finished.failure.message}`)] : []),
    ...view.steps.flatMap((step) => notRun(step, paint)),
    ...(finished.status === "completed" ? outputLines(outputs, run) : []),
  ];
};

/** Of its own accord: what ended the whole run is told once, as the error of the command. */
const hasFailed =
  (fault: Failure | undefined) =>
  ({ status, failure }: StepView): boolean =>
    status === "failed" && (fault === undefined || failure?.message !== fault.message);

/** Enough of an id to name a run by. */
export const shortId = (id: string): string => id.slice(0, 8);

interface FailedStepOptions {
  /** Beginning of the run's id. */
  readonly run: string;
  readonly paint: Paint;
}

const failedStep = (step: StepView, { run, paint }: FailedStepOptions): string[] => {
  const time = step.durationMs === undefined ? "" : ` after ${formatDuration(step.durationMs)}`;
  const tries = step.attempt > 1 ? `, at attempt ${step.attempt}` : "";
  return [
    "",
    paint("red", `step ${step.invocation} failed${time}${tries}`),
    ...failureLines(step, paint),
    ...tailLines(step, paint),
    ...(step.logPath === undefined ? [] : [`  whole log: ${step.logPath}`]),
    `  stepdock logs ${run} ${step.invocation}`,
    `  again, by itself: stepdock rerun ${run} ${step.invocation}`,
    ...(step.inContainer ? [`  look around in it: stepdock shell ${run} ${step.invocation}`] : []),
    "",
  ];
};

const failureLines = ({ failure }: StepView, paint: Paint): string[] => {
  if (!failure) return [];
  const [first = "", ...more] = harmless(`${failure.name}: ${failure.message}`).split("\n");
  const frames = orderedStack(failure, paint);
  return [
    `  ${paint("bold", first)}`,
    ...more.map((line) => `  ${line}`),
    ...frames.map((line) => `  ${line}`),
  ];
};

/** Unless the failure tells them: that of a container step does. */
const tailLines = ({ tail, failure }: StepView, paint: Paint): string[] => {
  const lines = (tail?.records ?? []).slice(-LAST_LINES).map(recordForTerminal);
  const told = harmless(failure?.message ?? "");
  const isKnown = (line: string) => line.trim() === "" || told.includes(`| ${line.trim()}`);
  if (lines.every(isKnown)) return [];
  return [paint("dim", "  the end of its log:"), ...lines.map((line) => `    ${shortened(line)}`)];
};

const shortened = (line: string): string =>
  line.length <= WIDEST_LINE ? line : `${line.slice(0, WIDEST_LINE).toWellFormed()}…`;

const summary = ({ started, finished, steps }: RunView, paint: Paint): string => {
  const status = finished?.status ?? "running";
  const counts = countStatuses(steps.map((step) => step.status));
  const time = formatDuration(finished?.durationMs ?? 0);
  return `run ${harmless(started?.runName ?? "")} ${paint(statusStyle(status), status)}: ${counts} in ${time}`;
};

const notRun = ({ invocation, skipReason }: StepView, paint: Paint): string[] =>
  skipReason ? [paint("dim", `  ${invocation} did not run: ${skipText(skipReason)}`)] : [];

const outputLines = (outputs: PipelineSnapshot["outputs"], run: string): string[] => {
  const each = Object.entries(outputs).map(
    ([name, from]) => `${harmless(name)} (npx stepdock artifact ${run} ${from.invocation}.${from.output})`,
  );
  return each.length === 0 ? [] : [`outputs: ${each.join(", ")}`];
};
