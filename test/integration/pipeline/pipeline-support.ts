import { expect } from "vitest";
import { loadArtifact } from "../../../src/host/result.ts";
import { logBytes, readLog } from "../../../src/logging/log-file.ts";
import type { RunEvent, StepRun } from "../../../src/model/index.ts";
import { attemptPaths, workspacePaths } from "../../../src/workspace/paths.ts";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { type CliOptions, runJson, statusesOf } from "../../fixtures/cli.ts";
import type { Project } from "../../fixtures/project.ts";

/** Imports that every pipeline file begins with. */
export const IMPORTS = 'import { pipeline, step } from "stepdock";\nimport * as z from "zod";\n';

const workspaceOf = (project: Project) => openWorkspace(project.path(".stepdock"));

export const workspaceIdOf = async (project: Project): Promise<string> => {
  await using workspace = await workspaceOf(project);
  return workspace.metadata.workspaceId;
};

export type RunStarted = Extract<RunEvent, { event: "run_started" }>;

/** A run that completed. */
export interface Ran {
  readonly id: string;
  readonly started: RunStarted;
  readonly events: readonly RunEvent[];
  /** By invocation. */
  readonly statuses: Readonly<Record<string, string>>;
  /** Invocations whose code ran, sorted; all others were cached. */
  readonly executed: readonly string[];
  readonly warnings: readonly string[];
}

/** `stepdock run pipeline.ts … --json`; fails the test unless the run completes. */
export const runPipeline = async (
  project: Project,
  args: readonly string[] = [],
  options: Partial<CliOptions> = {},
): Promise<Ran> => {
  const result = await runJson(["pipeline.ts", ...args], { cwd: project.directory, ...options });
  expect(result.status, `${result.stderr}\n${result.stdout.slice(-2000)}`).toBe(0);
  return ranOf(result.events);
};

const ranOf = (events: readonly RunEvent[]): Ran => {
  const started = events.find((event) => event.event === "run_started");
  if (!started) throw new Error("the run did not start");
  const statuses = statusesOf(events);
  const unexpected = Object.values(statuses).filter((each) => each !== "completed" && each !== "cached");
  expect(unexpected).toEqual([]);
  const executed = Object.keys(statuses).filter((id) => statuses[id] === "completed");
  const warnings = events.flatMap((event) => (event.event === "warning" ? [event.message] : []));
  return { id: started.runId, started, events, statuses, executed: executed.sort(), warnings };
};

export const stepRunsOf = async (project: Project, { id }: Ran): Promise<Record<string, StepRun>> => {
  await using workspace = await workspaceOf(project);
  const steps = await workspace.metadata.listStepRuns(id);
  return Object.fromEntries(steps.map((step) => [step.invocationId, step]));
};

/** The value of an output, made or taken from the cache. */
export const outputOf = async (
  project: Project,
  ran: Ran,
  invocation: string,
  output = "output",
): Promise<unknown> => {
  await using workspace = await workspaceOf(project);
  const stepRun = (await stepRunsOf(project, ran))[invocation];
  const artifact = stepRun && (await workspace.metadata.outputsOf(stepRun.id))[output];
  if (!artifact) throw new Error(`${invocation} has no output ${output}`);
  return await loadArtifact({ workspace }, artifact);
};

/** What the attempt printed, byte for byte, from its log file. */
export const loggedBytes = (project: Project, { id }: Ran, invocationId: string) => {
  const { log } = attemptPaths(workspacePaths(project.path(".stepdock")), {
    runId: id,
    invocationId,
    attempt: 1,
  });
  return logBytes(readLog(log));
};
