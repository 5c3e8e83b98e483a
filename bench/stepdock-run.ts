import { type RunOptions, type RunResult, run } from "stepdock/host";

/** A pipeline without parameters. */
export type BenchPipeline = Parameters<typeof run<Record<never, never>, unknown>>[0];

/** What can be switched on and off, as `run` takes it. */
export interface Switches {
  /** How many containers are parked ahead; 0 parks none. */
  readonly lookahead?: number;
  readonly concurrentStarts?: number;
  readonly scheduling?: "layers" | "critical-path";
}

export interface BenchRun extends Switches {
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly maxParallelism?: number;
  readonly stack?: string;
}

/** Runs every step, whatever ran before. Throws where not all of them completed. */
export const runAll = async (pipeline: BenchPipeline, options: BenchRun): Promise<RunResult> => {
  options.signal.throwIfAborted();
  const result = await run(pipeline, { ...options, cache: false } as RunOptions<Record<never, never>>);
  if (result.run.status === "completed") return result;
  options.signal.throwIfAborted();
  const bad = result.steps.find(({ status }) => status !== "completed");
  const why = bad ? `step ${bad.invocationId} is ${bad.status}: ${bad.failure?.message ?? ""}` : "";
  throw new Error(`run ${result.run.name} is ${result.run.status}. ${why}`);
};
