import * as z from "zod/mini";
import { EXIT } from "../../errors/codes.ts";
import { isLive, type ToldStatus, toldStatus } from "../../host/run-state.ts";
import {
  type ArtifactVersion,
  type PipelineRun,
  type PipelineSnapshot,
  type StepRun,
  Usage,
} from "../../model/index.ts";
import { formatBytes } from "../../util/bytes.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { CommandContext } from "../command-parts.ts";
import { requireExisting } from "../existing-workspace.ts";
import { columns } from "../render/columns.ts";
import { shortId } from "../render/report.ts";
import { skipText, statusStyle } from "../render/status.ts";
import { durationBetween, formatDuration, harmless, type Paint, painter } from "../render/text.ts";

export interface ShowOptions {
  readonly run: string;
  readonly json?: boolean;
}

type ShownStep = Omit<StepRun, "status"> & {
  readonly status: ToldStatus;
  readonly outputs: Readonly<Record<string, ArtifactVersion>>;
};

type ShownRun = Omit<PipelineRun, "status"> & {
  readonly status: ToldStatus;
  readonly parameters: PipelineSnapshot["parameters"];
  /** In the order they were published; one for each attempt. */
  readonly steps: readonly ShownStep[];
};

/** `stepdock show RUN` */
export const showCommand = async (context: CommandContext, { run, json }: ShowOptions): Promise<number> => {
  await using workspace = await requireExisting(context.workspace);
  const shown = await collect(workspace, await workspace.metadata.findRun(run));
  const lines = json ? [JSON.stringify(shown)] : report(shown, painter(context.out));
  for (const line of lines) await context.out.line(line);
  return EXIT.done;
};

const collect = async ({ metadata, paths }: Workspace, run: PipelineRun): Promise<ShownRun> => {
  const live = isLive(paths, run);
  const snapshot = await metadata.getSnapshot(run.snapshotId);
  const steps: ShownStep[] = [];
  for (const step of await metadata.listStepRuns(run.id)) {
    const outputs = await metadata.outputsOf(step.id);
    steps.push({ ...step, status: toldStatus(step.status, live), outputs });
  }
  return { ...run, status: toldStatus(run.status, live), parameters: snapshot?.parameters ?? {}, steps };
};

const report = (run: ShownRun, paint: Paint): string[] => [
  ...facts(run, paint),
  "",
  ...columns(run.steps.map((step) => stepRow(step, paint))),
  ...run.steps.flatMap((step) => notes(step, paint)),
];

const facts = (run: ShownRun, paint: Paint): string[] => {
  const time = durationBetween(run.startedAt, run.finishedAt);
  const rows: [string, string | undefined][] = [
    ["run", `${paint("bold", harmless(run.name))} ${paint("dim", run.id)}`],
    ["status", paint(statusStyle(run.status), run.status) + (time === undefined ? "" : ` in ${time}`)],
    ["pipeline", run.pipelineName],
    ["stack", run.stack],
    ["started", run.startedAt ?? run.createdAt],
    ["parameters", parametersText(run.parameters)],
    ["failure", run.failure ? harmless(`${run.failure.name}: ${run.failure.message}`) : undefined],
  ];
  return columns(rows.flatMap(([name, text]) => (text === undefined ? [] : [[paint("dim", name), text]])));
};

const parametersText = (parameters: ShownRun["parameters"]): string | undefined => {
  const each = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return each.length === 0 ? undefined : harmless(each.join(" "));
};

const stepRow = (step: ShownStep, paint: Paint): string[] => [
  step.invocationId + (step.attempt > 1 ? ` (attempt ${step.attempt})` : ""),
  paint(statusStyle(step.status), step.status),
  (step.status === "cached" ? undefined : durationBetween(step.startedAt, step.finishedAt)) ?? "",
  usageText(step),
  outputsText(step.outputs),
];

/** Empty where it is not known: of a step that was cached, was killed, or ran in this process. */
const usageText = ({ metadata }: ShownStep): string => {
  const { data } = z.safeParse(Usage, metadata.usage);
  if (!data) return "";
  const { peakMemoryBytes: peak, cpuSeconds: cpu, throttledSeconds: throttled = 0 } = data;
  return [
    ...(peak === undefined ? [] : [formatBytes(peak)]),
    ...(cpu === undefined ? [] : [`${formatDuration(cpu * 1000)} CPU`]),
    ...(throttled === 0 ? [] : [`throttled ${formatDuration(throttled * 1000)}`]),
  ].join(", ");
};

const outputsText = (outputs: ShownStep["outputs"]): string =>
  Object.entries(outputs)
    .map(([name, { type, sizeBytes }]) => `${harmless(name)}: ${harmless(type)}, ${formatBytes(sizeBytes)}`)
    .join("; ");

/** What a row of a table has no room for. */
const notes = (step: ShownStep, paint: Paint): string[] => {
  const { invocationId: name, failure, skipReason, warnings, cachedFrom } = step;
  return [
    ...(failure ? [`${paint("red", name)}: ${harmless(`${failure.name}: ${failure.message}`)}`] : []),
    ...(skipReason ? [paint("dim", `${name} did not run: ${skipText(skipReason)}`)] : []),
    ...(cachedFrom ? [paint("dim", `${name} took its outputs from step run ${shortId(cachedFrom)}`)] : []),
    ...warnings.map((warning) => `${paint("yellow", "warning:")} step ${name}: ${harmless(warning)}`),
  ];
};
