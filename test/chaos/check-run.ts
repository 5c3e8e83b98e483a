import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactVersion, PipelineRun, StepRun } from "../../src/model/index.ts";
import { isFinished, mayFollow } from "../../src/model/index.ts";
import { attemptPaths } from "../../src/workspace/paths.ts";
import { openWorkspace, type Workspace } from "../../src/workspace/workspace.ts";
import type { Project } from "../fixtures/project.ts";
import { STEPS } from "./chaos-project.ts";
import { checkDatabase } from "./check-database.ts";
import { checkLog } from "./check-log.ts";
import type { EngineWatch } from "./engine-watch.ts";
import { leftoversOf } from "./leftovers.ts";
import type { RunUnderFire } from "./run-under-fire.ts";

/** `invocation.output` → content hash. */
export type Outputs = Readonly<Record<string, string>>;

export interface CheckedRun {
  readonly problems: readonly string[];
  readonly outputs: Outputs;
  readonly steps: readonly StepRun[];
}

/** Everything that has to hold once a run has ended, whatever was done to it; what does not is told. */
export const checkRun = async (
  project: Project,
  { run, sessions }: RunUnderFire,
  { watch, reference }: { readonly watch: EngineWatch; readonly reference?: Outputs },
): Promise<CheckedRun> => {
  await using workspace = await openWorkspace(project.path(".stepdock"));
  const steps = await workspace.metadata.listStepRuns(run.id);
  const outputs = await outputsOf(workspace, steps);
  const problems = [
    ...checkEnds(run, steps),
    ...checkOutputs(outputs, reference ?? outputs),
    ...(await checkAttempts(workspace, steps)),
    ...(await checkDeaths(steps, watch)),
    ...checkTransitions(sessions.flatMap(({ events }) => events)),
    ...(await Promise.all(steps.map((step) => checkLog(workspace, step)))).flat(),
    ...(await leftoversOf(workspace.metadata.workspaceId)),
    ...checkDatabase(workspace.paths.database),
  ];
  return { problems: problems.map((problem) => `${run.name}: ${problem}`), outputs, steps };
};

const checkEnds = (run: PipelineRun, steps: readonly StepRun[]): string[] => [
  ...(run.status === "completed" ? [] : [`the run is ${run.status}: ${JSON.stringify(run.failure)}`]),
  ...steps
    .filter(({ status }) => !isFinished(status))
    .map(({ invocationId, attempt, status }) => `${invocationId}/${attempt} is left ${status}`),
];

const checkOutputs = (outputs: Outputs, reference: Outputs): string[] => [
  ...(Object.keys(outputs).length === 2 * STEPS ? [] : [`${Object.keys(outputs).length} outputs`]),
  ...Object.keys(reference)
    .filter((name) => outputs[name] !== reference[name])
    .map((name) => `${name} is ${outputs[name]}, and without faults ${reference[name]}`),
];

/** Reads every output again, and gives its hash by name. */
const outputsOf = async ({ metadata, artifactStore }: Workspace, steps: readonly StepRun[]) => {
  const entries: [string, string][] = [];
  for (const { id, invocationId, status } of steps) {
    if (status !== "completed") continue;
    const made: [string, ArtifactVersion][] = Object.entries(await metadata.outputsOf(id));
    for (const [name, artifact] of made) {
      await artifactStore.verify(artifact, { full: true });
      entries.push([`${invocationId}.${name}`, artifact.contentHash]);
    }
  }
  return Object.fromEntries(entries);
};

/**
 * No attempt was begun after another had reported that it is done: the exchange directories, which no orchestrator
 * writes, tell of one completed result for each invocation, and it is that of its last attempt.
 */
const checkAttempts = async (workspace: Workspace, steps: readonly StepRun[]): Promise<string[]> => {
  const problems: string[] = [];
  for (const [invocation, attempts] of Map.groupBy(steps, ({ invocationId }) => invocationId)) {
    const numbers = attempts.map(({ attempt }) => attempt).join(" ");
    const reported = await Promise.all(attempts.map((each) => hasReported(workspace, each)));
    const expected = attempts.map((_each, index) => index === attempts.length - 1);
    if (numbers !== attempts.map((_each, index) => index + 1).join(" "))
      problems.push(`${invocation} has the attempts ${numbers}`);
    if (String(reported) !== String(expected))
      problems.push(`${invocation}: attempts that reported to be done: ${reported}`);
    const completed = attempts.map(({ status }) => status === "completed");
    if (String(completed) !== String(expected))
      problems.push(`${invocation}: its attempts are ${attempts.map(({ status }) => status).join(" ")}`);
  }
  return problems;
};

const hasReported = async ({ paths }: Workspace, stepRun: StepRun): Promise<boolean> => {
  const path = join(attemptPaths(paths, stepRun).exchange, "result.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text !== undefined && (JSON.parse(text) as { status: string }).status === "completed";
};

/** The same, as the engine saw it: one container of each invocation ended well, and it is the recorded one. */
const checkDeaths = async (steps: readonly StepRun[], watch: EngineWatch): Promise<string[]> => {
  const completed = steps.filter(({ status }) => status === "completed");
  const expected = completed.flatMap(({ containerId }) => containerId ?? []);
  const deaths = await watch.deathsWith(expected);
  const invocationOf = new Map(steps.map(({ id, invocationId }) => [id, invocationId]));
  return deaths
    .filter(({ stepRunId, exitCode }) => exitCode === 0 && invocationOf.has(stepRunId))
    .filter(({ containerId }) => !expected.includes(containerId))
    .map(({ stepRunId }) => `${invocationOf.get(stepRunId)} has a second container that ended well`);
};

type Event = RunUnderFire["sessions"][number]["events"][number];

/** What was told of each attempt, over all processes: one that dies between record and event leaves out a status. */
const checkTransitions = (events: readonly Event[]): string[] => {
  const told = events.filter((event) => event.event === "step_status");
  return [...Map.groupBy(told, ({ stepRunId }) => stepRunId).values()].flatMap((each) =>
    each.slice(1).flatMap(({ status, invocation }, index) => {
      const before = each[index]?.status ?? status;
      return before === status || mayComeTo(before, status)
        ? []
        : [`${invocation} was ${before} and then ${status}`];
    }),
  );
};

const BETWEEN = ["provisioning", "running", "retrying", "stopping"] as const;

const mayComeTo = (from: StepRun["status"], to: StepRun["status"]): boolean =>
  mayFollow(from, to) || BETWEEN.some((via) => mayFollow(from, via) && mayComeTo(via, to));
