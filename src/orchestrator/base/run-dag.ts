import { DagRunner } from "../../dag/dag-runner.ts";
import { isEngineGone } from "../../errors/engine-gone.ts";
import type { ExecutionSignals, StepExecutor } from "../../step-launcher/port.ts";
import { Preparations } from "../../step-launcher/preparations.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { publishSkippedStep } from "../../step-launcher/step-launcher.ts";
import { DagSteps } from "./dag-steps.ts";
import { weightsOf } from "./node-weights.ts";
import type { SpeedOptions } from "./services.ts";

export interface RunDagOptions extends SpeedOptions {
  readonly executor: StepExecutor;
  readonly signals: ExecutionSignals;
  readonly maxParallelism: number;
}

/**
 * Runs the invocations of a snapshot in the order of their DAG through one executor, and records those that did not
 * run. Rejects with the first fault that was no step's own, after everything that ran has ended.
 */
export const runDag = async (context: RunContext, options: RunDagOptions): Promise<void> => {
  const { executionMode } = context.snapshot;
  const { executor, lookahead = 0, concurrentStarts = 1 } = options;
  // Taken out by name here and elsewhere: a spread would miss what is a getter.
  const { signal, killSignal } = options.signals;
  const faults: unknown[] = [];
  await using preparations = new Preparations(context, executor, { concurrentStarts, signal });
  const steps = new DagSteps(context, executor, preparations);
  const runner = new DagRunner({
    dag: steps.dag,
    maxParallelism: options.maxParallelism,
    executionMode,
    signal,
    capacity: steps.capacity,
    scheduling: options.scheduling,
    weights: await expectedSeconds(context, steps),
    lookahead,
    prepareNode: lookahead > 0 ? (id) => steps.prepare(id) : undefined,
    onStatus: (id, status) => steps.note(id, status),
    shouldContinue: () => faults.length === 0,
    runNode: (id, { signal }) =>
      steps.launch(id, { signal, killSignal }).catch((error) => {
        faults.push(error);
        throw error;
      }),
  });
  const { nodes } = await runner.run();
  // The run is interrupted then, not ended: what was not reached is for `resume` to run.
  if (isEngineGone(faults[0])) throw faults[0];
  for (const [id, result] of nodes)
    if ("reason" in result) await publishSkippedStep(context, steps.of(id), result.reason);
  if (faults.length > 0) throw faults[0];
};

/** How long each step is likely to take, by what it took before. */
const expectedSeconds = async (
  { metadata, snapshot }: RunContext,
  { dag }: DagSteps,
): Promise<Readonly<Record<string, number>>> =>
  weightsOf(snapshot.invocations, await metadata.stepDurations(snapshot.pipelineName, Object.keys(dag)));
