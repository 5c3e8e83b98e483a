import { type PlannedNode, planDag } from "./dag-plan.ts";
import { DagRun } from "./dag-run.ts";
import { type DagRunnerOptions, type ResolvedOptions, resolveOptions } from "./dag-runner-options.ts";
import type { DagResult } from "./node-status.ts";

/**
 * Runs each node of a DAG as soon as its upstreams are completed and a slot is free: there is no barrier between
 * layers. Among ready nodes the order is that of `scheduling`; at `maxParallelism` 1 and with the default one, nodes
 * run in the order of `topsortedLayers`, flattened, up to the order within a layer. Linear in nodes plus edges (and
 * the heap of ready nodes), with memory for the nodes alone.
 *
 * Mirrors ZenML's `dag_runner.ThreadedDagRunner`.
 */
export class DagRunner {
  readonly #options: ResolvedOptions;
  readonly #plan: readonly PlannedNode[];

  /**
   * @throws CyclicGraphError
   * @throws DagOptionError if a number among the options is out of its range.
   */
  constructor(options: DagRunnerOptions) {
    this.#options = resolveOptions(options);
    this.#plan = planDag(options.dag, options);
  }

  /**
   * Runs the DAG, and may be called again for another run. A failed node is no error here but a result: the promise
   * rejects only with what a hook threw.
   */
  run(): Promise<DagResult> {
    return new DagRun(this.#plan, this.#options).run();
  }
}
