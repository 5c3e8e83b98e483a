import { EXIT } from "../../errors/codes.ts";
import { isLive, type ToldStatus, toldStatus } from "../../host/run-state.ts";
import type { PipelineRun } from "../../model/index.ts";
import { noWorkspace } from "../../workspace/existing.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { CommandContext } from "../command-parts.ts";
import { openExisting } from "../existing-workspace.ts";
import { columns } from "../render/columns.ts";
import { shortId } from "../render/report.ts";
import { statusStyle } from "../render/status.ts";
import { durationBetween, harmless, type Paint, painter } from "../render/text.ts";

export interface RunsOptions {
  readonly pipeline?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

type ListedRun = Omit<PipelineRun, "status"> & { readonly status: ToldStatus };

/** `stepdock runs` */
export const runsCommand = async (context: CommandContext, options: RunsOptions): Promise<number> => {
  await using workspace = await openExisting(context.workspace);
  const runs = workspace ? await listRuns(workspace, options) : [];
  if (runs.length === 0 && !options.json) await context.err.line(nothing(context, workspace, options));
  const lines = options.json ? runs.map((run) => JSON.stringify(run)) : table(runs, painter(context.out));
  for (const line of lines) await context.out.line(line);
  return EXIT.done;
};

const listRuns = async (
  { metadata, paths }: Workspace,
  { pipeline: pipelineName, limit }: RunsOptions,
): Promise<ListedRun[]> => {
  const runs = await metadata.listRuns({ pipelineName, limit });
  return runs.map((run) => ({ ...run, status: toldStatus(run.status, isLive(paths, run)) }));
};

const nothing = (
  context: CommandContext,
  workspace: Workspace | undefined,
  { pipeline }: RunsOptions,
): string => {
  if (!workspace) return noWorkspace(context.workspace);
  const what = pipeline === undefined ? "no run" : `no run of a pipeline "${pipeline}"`;
  return `There is ${what} in the workspace ${context.workspace} yet.`;
};

const table = (runs: readonly ListedRun[], paint: Paint): string[] => {
  if (runs.length === 0) return [];
  const head = ["ID", "STATUS", "STARTED", "TIME", "PIPELINE", "NAME"].map((title) => paint("bold", title));
  return columns([head, ...runs.map((run) => row(run, paint))]);
};

const row = (run: ListedRun, paint: Paint): string[] => [
  shortId(run.id),
  paint(statusStyle(run.status), run.status),
  localTime(run.startedAt ?? run.createdAt),
  durationBetween(run.startedAt, run.finishedAt) ?? "",
  run.pipelineName,
  harmless(run.name),
];

/** `2026-03-04 15:06:07`, in this machine's time zone. */
const localTime = (iso: string): string => new Date(iso).toLocaleString("sv-SE");
