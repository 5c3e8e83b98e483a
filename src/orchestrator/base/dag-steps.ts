import type { NodeCapacity, NodeOutcome } from "../../dag/dag-runner-options.ts";
import { NodeStatus } from "../../dag/node-status.ts";
import type { Dag } from "../../dag/reverse-dag.ts";
import type { Invocation } from "../../model/index.ts";
import { isCacheEnabled } from "../../step-launcher/cached-steps.ts";
import type { ExecutionSignals, StepExecutor } from "../../step-launcher/port.ts";
import type { Preparations } from "../../step-launcher/preparations.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { StepLauncher } from "../../step-launcher/step-launcher.ts";

/** The invocations of a run as the nodes of its DAG: those that are not taken from earlier runs already. */
export class DagSteps {
  readonly dag: Dag;
  readonly #context: RunContext;
  readonly #executor: StepExecutor;
  readonly #preparations: Preparations;
  readonly #executed = new Set<string>();
  /** Invocations that turned out to be cached when their turn came. */
  readonly #hits = new Set<string>();

  constructor(context: RunContext, executor: StepExecutor, preparations: Preparations) {
    this.#context = context;
    this.#executor = executor;
    this.#preparations = preparations;
    this.dag = openDag(context);
    for (const [id, { kind }] of context.prior)
      if (kind === "under_way") executor.capacity?.enter(this.of(id));
  }

  /** Of a run that is resumed, what has ended is only told again: that takes nothing. */
  get capacity(): NodeCapacity | undefined {
    const { capacity } = this.#executor;
    return (
      capacity && {
        tryEnter: (id) => this.#hasEnded(id) || capacity.tryEnter(this.of(id)),
        leave: (id) => capacity.leave(id),
        onFreed: (listener) => capacity.onFreed(listener),
      }
    );
  }

  #hasEnded(id: string): boolean {
    const kind = this.#context.prior.get(id)?.kind;
    return kind === "succeeded" || kind === "ended";
  }

  of(id: string): Invocation {
    const invocation = this.#context.snapshot.invocations[id];
    if (!invocation) throw new TypeError(`the snapshot has no invocation ${id}`);
    return invocation;
  }

  /** Has the first attempt at a step made ready, unless its result is likely to be there already. */
  prepare(id: string): void {
    const invocation = this.of(id);
    if (this.#context.prior.has(id) || !this.#isLikelyExecuted(invocation)) return;
    this.#preparations.prepare(invocation);
  }

  note(id: string, status: NodeStatus): void {
    if (status === NodeStatus.skipped || status === NodeStatus.cancelled) this.#preparations.drop(id);
  }

  async launch(id: string, signals: ExecutionSignals): Promise<NodeOutcome> {
    const invocation = this.of(id);
    const executor = this.#executor.of?.(invocation) ?? this.#executor;
    const launcher = new StepLauncher(this.#context, invocation, executor, this.#preparations);
    const { status, released } = await launcher.launch(signals);
    (status === "cached" ? this.#hits : this.#executed).add(id);
    return { outcome: status === "cached" ? "completed" : status, released };
  }

  /** A step whose upstreams were all cached was looked up before the run, and missed; after one that ran, none hits. */
  #isLikelyExecuted(invocation: Invocation): boolean {
    const { cached, prior } = this.#context;
    const { id, upstreams } = invocation;
    if (this.#executed.has(id) || prior.has(id) || !isCacheEnabled(this.#context, invocation)) return true;
    if (this.#hits.has(id)) return false;
    const open = upstreams.filter((upstream) => !cached.has(upstream));
    return open.length === 0 || open.some((upstream) => this.#isLikelyExecuted(this.of(upstream)));
  }
}

const openDag = ({ snapshot, cached }: RunContext): Dag => {
  const open = Object.values(snapshot.invocations).filter(({ id }) => !cached.has(id));
  return Object.fromEntries(
    open.map(({ id, upstreams }) => [id, upstreams.filter((upstream) => !cached.has(upstream))]),
  );
};
