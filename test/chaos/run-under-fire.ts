import { isFinished, type PipelineRun } from "../../src/model/index.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import type { Project } from "../fixtures/project.ts";
import { runSession, type Session, type SessionPlan } from "./session.ts";

export interface RunUnderFire {
  /** Undefined where every process was killed before it had made a record. */
  readonly run: PipelineRun;
  readonly sessions: readonly Session[];
  readonly kills: number;
}

const COMMAND = ["run", "pipeline.ts", "chaos", "--no-cache"];

/** Starts a run, kills its orchestrator again and again, and resumes it, until it ends. `next` plans each process, given how many were killed. */
export const runUnderFire = async (
  project: Project,
  name: string,
  next: (kills: number) => SessionPlan,
): Promise<RunUnderFire> => {
  const sessions: Session[] = [];
  let run: PipelineRun | undefined;
  while (!run || !isFinished(run.status)) {
    const args = run ? ["resume", run.id] : [...COMMAND, "--name", name];
    const session = await runSession(project, args, next(killsOf(sessions)));
    sessions.push(session);
    run = await findRun(project, name);
    if (session.signal === null && !(run && isFinished(run.status))) throw new Error(tell(session));
  }
  return { run, sessions, kills: killsOf(sessions) };
};

const killsOf = (sessions: readonly Session[]): number =>
  sessions.filter(({ signal }) => signal === "SIGKILL").length;

const tell = ({ status, stderr, stdout }: Session): string =>
  `the orchestrator ended with ${status} before its run had:\n${stderr}\n${stdout.slice(-2000)}`;

const findRun = async (project: Project, name: string): Promise<PipelineRun | undefined> => {
  await using workspace = await openWorkspace(project.path(".stepdock"));
  return (await workspace.metadata.listRuns()).find((each) => each.name === name);
};
