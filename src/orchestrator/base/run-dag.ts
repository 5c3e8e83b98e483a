import { DagRunner } from "../../dag/dag-runner.ts";
import type { NodeOutcome } from "../../dag/dag-runner-options.ts";
import { isEngineGone } from "../../errors/engine-gone.ts";
import type { ExecutionSignals, StepExecutor } from "../../step-launcher/port.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { publishSkippedStep, StepLauncher } from "../../step-launcher/step-launcher.ts";

export interface RunDagOptions {
  readonly executor: StepExecutor;
  readonly signals: ExecutionSignals;
  readonly maxParallelism: number;
}

/**
 * Runs the invocations of a snapshot in the order of their DAG through one executor, and records those that did not
 * run. Rejects with the first fault that was no step's own, after everything that ran has ended.
 */
export const runDag = async (context: RunContext, options: RunDagOptions): Promise<void> => {
  const { invocations, executionMode } = context.snapshot;
  // Taken out by name here and elsewhere: a spread would miss what is a getter.
  const { killSignal } = options.signals;
  const faults: unknown[] = [];
  const runner = new DagRunner({
    dag: Object.fromEntries(Object.values(invocations).map(({ id, upstreams }) => [id, upstreams])),
    maxParallelism: options.maxParallelism,
    executionMode,
    signal: options.signals.signal,
    shouldContinue: () => faults.length === 0,
    runNode: (id, { signal }) =>
      launch(context, id, { ...options, signals: { signal, killSignal } }).catch((error) => {
        faults.push(error);
        throw error;
      }),
  });
  const { nodes } = await runner.run();
  // The run is interrupted then, not ended: what was not reached is for `resume` to run.
  if (isEngineGone(faults[0])) throw faults[0];
  for (const [id, result] of nodes) {
    const invocation = invocations[id];
    if ("reason" in result && invocation) await publishSkippedStep(context, invocation, result.reason);
  }
  if (faults.length > 0) throw faults[0];
};

const launch = async (context: RunContext, id: string, options: RunDagOptions): Promise<NodeOutcome> => {
  const invocation = context.snapshot.invocations[id];
  if (!invocation) throw new TypeError(`the snapshot has no invocation ${id}`);
  const { status, released } = await new StepLauncher(context, invocation, options.executor).launch(
    options.signals,
  );
  return { outcome: status === "cached" ? "completed" : status, released };
};
