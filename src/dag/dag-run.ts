import PQueue from "p-queue";
import type { PlannedNode } from "./dag-plan.ts";
import type { ResolvedOptions } from "./dag-runner-options.ts";
import { HookCalls } from "./hook-calls.ts";
import { Lookahead } from "./lookahead.ts";
import { type Execution, executeNode } from "./node-execution.ts";
import { NodeLedger } from "./node-ledger.ts";
import { type DagResult, type HaltReason, NodeStatus } from "./node-status.ts";
import { ReadyHeap, readyOrder } from "./ready-heap.ts";
import { StartGate } from "./start-gate.ts";

/** A node that holds a slot. */
interface Running {
  readonly controller: AbortController;
  hasOutcome: boolean;
}

const INTERRUPTED: HaltReason = { kind: "interrupted" };

const stoppedAfter = (failed: string): DOMException =>
  new DOMException(`Stopped, since node "${failed}" failed.`, "AbortError");

/** One run of a plan, from its first node to `finalize`. */
export class DagRun {
  readonly #options: ResolvedOptions;
  readonly #hooks = new HookCalls((error) => this.#interrupt(error));
  readonly #ledger: NodeLedger;
  readonly #ready: ReadyHeap<PlannedNode>;
  /** Undefined where nothing is prepared. */
  readonly #lookahead: Lookahead | undefined;
  readonly #queue: PQueue;
  readonly #gate: StartGate;
  readonly #running = new Map<PlannedNode, Running>();
  readonly #over = Promise.withResolvers<void>();
  #halt: HaltReason | undefined;

  constructor(plan: readonly PlannedNode[], options: ResolvedOptions) {
    this.#options = options;
    this.#ledger = new NodeLedger(plan, (id, status) =>
      this.#hooks.call(() => options.onStatus?.(id, status)),
    );
    const order = readyOrder(options.scheduling);
    this.#ready = new ReadyHeap<PlannedNode>(order);
    if (options.prepareNode !== undefined && options.lookahead > 0) {
      const isOpen = (node: PlannedNode) => this.#ledger.isOpen(node);
      this.#lookahead = new Lookahead(plan, { size: options.lookahead, order, isOpen });
    }
    this.#queue = new PQueue({ concurrency: options.maxParallelism });
    this.#queue.addEventListener("next", () => this.#fillSlots());
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
    while (this.#mayTakeSlot()) {
      const node = this.#ready.pop();
      if (node === undefined) break;
      this.#gate.close();
      this.#lookahead?.started(node);
      this.#queue.add(() => this.#occupySlot(node)).catch((error: unknown) => this.#hooks.fault(error));
    }
    this.#prepareAhead();
    const nothingToStart = this.#halt !== undefined || this.#ready.size === 0;
    if (nothingToStart && this.#queue.pending === 0) this.#over.resolve();
  }

  #mayTakeSlot(): boolean {
    const { pending } = this.#queue;
    const isApart = this.#gate.isOpen || pending === 0;
    return this.#halt === undefined && isApart && pending < this.#options.maxParallelism;
  }

  /** From a free slot to a free slot. */
  async #occupySlot(node: PlannedNode): Promise<void> {
    await this.#askToContinue();
    if (this.#halt !== undefined) return;
    const running: Running = { controller: new AbortController(), hasOutcome: false };
    this.#running.set(node, running);
    this.#ledger.start(node);
    const { result, released } = await executeNode(this.#options.runNode, node.id, running.controller.signal);
    running.hasOutcome = true;
    this.#conclude(node, result);
    if (released !== undefined) await this.#awaitRelease(node, released);
    this.#running.delete(node);
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
    for (const [{ id }, { controller, hasOutcome }] of this.#running) {
      if (controller.signal.aborted) continue;
      controller.abort(reason);
      if (!hasOutcome) this.#hooks.call(() => this.#options.stopNode?.(id));
    }
  }
}
