import type { ChildProcess } from "node:child_process";
import type { RunEvent } from "../../src/model/index.ts";
import { type CliResult, stepdock } from "../fixtures/cli.ts";
import type { Project } from "../fixtures/project.ts";
import { spin } from "./random.ts";

/** When the orchestrator is killed: after so many lines of events, and then so many rounds of doing nothing else. */
export interface Moment {
  readonly events: number;
  readonly spins: number;
}

/** One process of the orchestrator as it is to be. */
export interface SessionPlan {
  /** Steps that it may run at once. */
  readonly concurrency: number;
  /** Absent: it lives as long as it likes. */
  readonly moment?: Moment | undefined;
}

/** What one process of the orchestrator told until it ended, or was killed. */
export interface Session extends CliResult {
  readonly concurrency: number;
  readonly events: readonly RunEvent[];
}

/** Runs the command line with `--json`, so many steps at once; kills it at the moment, if it gets there. */
export const runSession = async (
  project: Project,
  args: readonly string[],
  { concurrency, moment }: SessionPlan,
): Promise<Session> => {
  const result = await stepdock([...args, "--max-parallel", String(concurrency), "--json"], {
    cwd: project.directory,
    onSpawn: (child) => moment && killAt(child, moment),
  });
  return { ...result, concurrency, events: eventsOf(result.stdout) };
};

const killAt = (child: ChildProcess, { events, spins }: Moment): void => {
  let seen = 0;
  const kill = () => {
    spin(spins);
    child.kill("SIGKILL");
  };
  if (events === 0) kill();
  child.stdout?.on("data", (chunk: Buffer) => {
    const before = seen;
    seen += chunk.toString("latin1").split("\n").length - 1;
    if (before < events && seen >= events) kill();
  });
};

/** The last line may be cut off. */
const eventsOf = (stdout: string): RunEvent[] =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RunEvent);
