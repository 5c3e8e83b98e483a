import PQueue from "p-queue";
import type { PlannedNode } from "./dag-plan.ts";
import type { ResolvedOptions } from "./dag-runner-options.ts";
import { HookCalls } from "./hook-calls.ts";
import { Lookahead } from "./lookahead.ts";
import { type Execution, RunningNode } from "./node-execution.ts";
import { NodeLedger } from "./node-ledger.ts";
import { type DagResult, type HaltReason, NodeStatus } from "./node-status.ts";
import { ReadyHeap } from "./ready-heap.ts";
import { StartGate } from "./start-gate.ts";

const INTERRUPTED: HaltReason = { kind: "interrupted" };

/** How many ready nodes are asked for, at most, where the first do not fit: it keeps a run of many nodes linear. */
const WINDOW = 64;

const stoppedAfter = (failed: string): DOMException =>
  new DOMException(`Stopped, since node "${failed}" failed.`, "AbortError");

/** One run of a plan, from its first node to `finalize`. */
export class DagRun {
  readonly #options: ResolvedOptions;
  readonly #hooks = new HookCalls((error) => this.#interrupt(error));
  readonly #ledger: NodeLedger;
  readonly #ready = new ReadyHeap<PlannedNode>();
  /** Undefined where nothing is prepared. */
  readonly #lookahead: Lookahead | undefined;
  readonly #queue: PQueue;
  readonly #gate: StartGate;
  readonly #running = new Set<RunningNode>();
  readonly #over = Promise.withResolvers<void>();
  #halt: HaltReason | undefined;

  constructor(plan: readonly PlannedNode[], options: ResolvedOptions) {
    this.#options = options;
    const { onStatus, prepareNode, lookahead } = options;
    this.#ledger = new NodeLedger(
      plan,
      onStatus && ((id, status) => this.#hooks.call(() => onStatus(id, status))),
    );
    if (prepareNode !== undefined && lookahead > 0) {
      const isOpen = (node: PlannedNode) => this.#ledger.isOpen(node);
      this.#lookahead = new Lookahead(plan, { size: lookahead, isOpen });
    }
    this.#queue = new PQueue({ concurrency: options.maxParallelism });
    this.#queue.addEventListener("next", () => this.#fillSlots());
    options.capacity?.onFreed(() => this.#fillSlots());
    this.#gate = new StartGate(options.parallelNodeStartupWaitingPeriod, () => this.#fillSlots());
  }

  async run(): Promise<DagResult> {
    await this.#runNodes();
    await this.#hooks.settled();
    const result = this.#ledger.finishAll(this.#halt ?? INTERRUPTED);
    this.#hooks.call(() => this.#options.finalize?.(result));
    await this.#hooks.settled();
    this.#hooks.throwFaults();
    return result;
  }

  async #runNodes(): Promise<void> {
    using _gate = this.#gate;
    using _signal = this.#followSignal();
    this.#enqueue(this.#ledger.readyRoots());
    this.#fillSlots();
    await this.#over.promise;
  }

  #followSignal(): Disposable {
    const { signal } = this.#options;
    const onAbort = () => this.#interrupt(signal?.reason);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    return { [Symbol.dispose]: () => signal?.removeEventListener("abort", onAbort) };
  }

  #enqueue(nodes: readonly PlannedNode[]): void {
    for (const node of nodes) {
      this.#ready.push(node);
      this.#lookahead?.ready(node);
    }
  }

  #prepareAhead(): void {
    while (this.#lookahead !== undefined && this.#halt === undefined) {
      const node = this.#lookahead.next();
      if (node === undefined) return;
      this.#hooks.call(() => this.#options.prepareNode?.(node.id));
    }
  }

  /** The queue never gets more than it has slots, so that what waits keeps its order in our heap. */
  #fillSlots(): void {
    for (let node = this.#takeReady(0); node !== undefined; node = this.#takeReady(0)) {
      const first = node;
      this.#queue.add(() => this.#useSlot(first)).catch((error: unknown) => this.#hooks.fault(error));
    }
    this.#prepareAhead();
    const nothingToStart = this.#halt !== undefined || this.#ready.size === 0;
    if (nothingToStart && this.#queue.pending === 0) this.#over.resolve();
  }

  /** The next node that may take a slot, if one is free besides the `own` ones of who asks. */
  #takeReady(own: 0 | 1): PlannedNode | undefined {
    const others = this.#queue.pending - own;
    const isApart = this.#gate.isOpen || others === 0;
    if (this.#halt !== undefined || !isApart || others >= this.#options.maxParallelism) return undefined;
    const node = this.#popReady();
    if (node === undefined) return undefined;
    this.#gate.close();
    this.#lookahead?.started(node);
    return node;
  }

  /** The first ready node for which there is room. */
  #popReady(): PlannedNode | undefined {
    const { capacity } = this.#options;
    if (capacity === undefined) return this.#ready.pop();
    const refused: PlannedNode[] = [];
    let node = this.#ready.pop();
    while (node !== undefined && !capacity.tryEnter(node.id)) {
      refused.push(node);
      node = refused.length < WINDOW ? this.#ready.pop() : undefined;
    }
    for (const each of refused) this.#ready.push(each);
    return node;
  }

  /** Runs nodes in one slot, one after the other, as long as there are any: it is not given back between them. */
  async #useSlot(first: PlannedNode): Promise<void> {
    for (let node: PlannedNode | undefined = first; node !== undefined; node = this.#takeReady(1)) {
      const done = this.#occupySlot(node);
      if (node !== first) this.#fillSlots();
      await done;
    }
  }

  /** From a free slot to a free slot. */
  async #occupySlot(node: PlannedNode): Promise<void> {
    await this.#runNode(node).finally(() => this.#options.capacity?.leave(node.id));
  }

  async #runNode(node: PlannedNode): Promise<void> {
    if (this.#options.shouldContinue !== undefined) await this.#askToContinue();
    if (this.#halt !== undefined) return;
    const running = new RunningNode(node);
    this.#running.add(running);
    this.#ledger.start(node);
    const { result, released } = await running.execute(this.#options.runNode);
    running.hasOutcome = true;
    this.#conclude(node, result);
    if (released !== undefined) await this.#awaitRelease(node, released);
    this.#running.delete(running);
  }

  async #askToContinue(): Promise<void> {
    try {
      const isAllowed = (await this.#options.shouldContinue?.()) ?? true;
      if (!isAllowed) this.#halt ??= INTERRUPTED;
    } catch (error) {
      this.#hooks.fault(error);
    }
  }

  #conclude(node: PlannedNode, result: Execution["result"]): void {
    if (result.status === NodeStatus.failed) this.#reactToFailure(node.id);
    this.#enqueue(this.#ledger.finish(node, result, this.#halt ?? INTERRUPTED));
    if (result.status !== NodeStatus.completed) this.#lookahead?.forgetClosed();
  }

  #reactToFailure(failed: string): void {
    const { executionMode } = this.#options;
    if (executionMode === "continue_on_failure") return;
    this.#halt ??= { kind: "run_stopped_after_failure", failed };
    if (executionMode === "fail_fast") this.#stopRunning(stoppedAfter(failed));
  }

  async #awaitRelease({ id }: PlannedNode, released: Promise<void>): Promise<void> {
    this.#fillSlots();
    try {
      await released;
    } catch (error) {
      this.#options.onWarning(`Node "${id}" has its outcome, but did not end well: ${String(error)}`);
    }
  }

  #interrupt(reason: unknown): void {
    this.#halt ??= INTERRUPTED;
    this.#stopRunning(reason);
  }

  #stopRunning(reason: unknown): void {
    for (const running of this.#running) {
      if (!running.stop(reason) || running.hasOutcome) continue;
      this.#hooks.call(() => this.#options.stopNode?.(running.node.id));
    }
  }
}
