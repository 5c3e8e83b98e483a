import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { PipelineRun, RunEvent, StepRun } from "../model/index.ts";

export interface Wanted {
  readonly projectRoot: string;
  readonly workspaceRoot: string;
  /** The module of the pipelines. */
  readonly file: string;
  readonly stack: string;
  /** Export of the module. */
  readonly name: string;
  /** A line of a step's output at which the run is stopped. */
  readonly stopAt?: string;
}

/** A run that has ended, with its records. */
export interface Ended {
  readonly run: PipelineRun;
  readonly steps: readonly StepRun[];
  /** Or why they cannot be had. */
  readonly outputs: unknown;
  readonly events: readonly RunEvent[];
}

export interface Runner extends AsyncDisposable {
  run(wanted: Wanted): Promise<Ended>;
}

/** A process that runs pipelines, one at a time. */
export const startRunner = (): Runner => {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const script = fileURLToPath(import.meta.resolve("#contract-runner"));
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.stdin.on("error", () => {}); // it has ended: whoever waits for its answer is told
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    run: async (wanted) => {
      child.stdin.write(`${JSON.stringify(wanted)}\n`);
      const { value } = await lines.next();
      const told = JSON.parse(value ?? '{"error":"the runner has ended"}') as Ended | { error: string };
      if ("error" in told) throw new Error(told.error);
      return told;
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await closed;
    },
  };
};

/** The last status of each invocation. */
export const statusesIn = ({ steps }: Ended): Record<string, string> =>
  Object.fromEntries(steps.map(({ invocationId, status }) => [invocationId, status]));

export const linesOf = ({ events }: Ended, invocation: string): string[] =>
  events.flatMap((event) =>
    event.event === "step_log" && event.invocation === invocation ? [`${event.stream}: ${event.text}`] : [],
  );
