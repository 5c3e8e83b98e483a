import type { PlannedNode } from "./dag-plan.ts";
import {
  type DagResult,
  type HaltReason,
  type NodeResult,
  NodeStatus,
  type RanResult,
} from "./node-status.ts";

/** Sees each change of a status. */
export type StatusListener = (id: string, status: NodeStatus) => void;

/** What each node of one run waits for and became. A result, once set, stays. */
export class NodeLedger {
  readonly #plan: readonly PlannedNode[];
  /** By index, the upstreams that are not completed yet. */
  readonly #waitingFor: Uint32Array;
  /** By index. */
  readonly #results: (NodeResult | undefined)[];
  readonly #failed: string[] = [];
  readonly #onStatus: StatusListener | undefined;

  constructor(plan: readonly PlannedNode[], onStatus: StatusListener | undefined) {
    this.#plan = plan;
    this.#waitingFor = Uint32Array.from(plan, ({ parents }) => parents.length);
    this.#results = Array(plan.length).fill(undefined);
    this.#onStatus = onStatus;
  }

  /** Marks the nodes without upstreams ready, and returns them. */
  readyRoots(): PlannedNode[] {
    const roots = this.#plan.filter(({ parents }) => parents.length === 0);
    for (const { id } of roots) this.#onStatus?.(id, NodeStatus.ready);
    return roots;
  }

  /** Whether the node has no result yet. */
  isOpen({ index }: PlannedNode): boolean {
    return this.#results[index] === undefined;
  }

  start({ id }: PlannedNode): void {
    this.#onStatus?.(id, NodeStatus.running);
  }

  /**
   * Records what a node became and what follows from it: a failed node has its descendants skipped, a stopped one has
   * them cancelled for `halt`. Returns the nodes that a completed one made ready.
   */
  finish(node: PlannedNode, result: RanResult, halt: HaltReason): PlannedNode[] {
    this.#close(node, result);
    if (result.status === NodeStatus.completed) return this.#readyAfter(node);
    if (result.status === NodeStatus.failed) {
      this.#failed.push(node.id);
      this.#closeBelow(node, {
        status: NodeStatus.skipped,
        reason: { kind: "upstream_failed", upstream: node.id },
      });
    } else this.#closeBelow(node, { status: NodeStatus.cancelled, reason: halt });
    return [];
  }

  /** Cancels, for `reason`, all that has no result, and returns the whole. */
  finishAll(reason: HaltReason): DagResult {
    const nodes = new Map<string, NodeResult>();
    for (const node of this.#plan) {
      const result = this.#results[node.index];
      nodes.set(node.id, result ?? this.#close(node, { status: NodeStatus.cancelled, reason }));
    }
    return { nodes, failed: this.#failed };
  }

  #close(node: PlannedNode, result: NodeResult): NodeResult {
    this.#results[node.index] = result;
    this.#onStatus?.(node.id, result.status);
    return result;
  }

  #readyAfter({ children }: PlannedNode): PlannedNode[] {
    const ready: PlannedNode[] = [];
    for (const node of children) {
      const left = (this.#waitingFor[node.index] as number) - 1;
      this.#waitingFor[node.index] = left;
      if (left === 0) ready.push(node);
    }
    for (const { id } of ready) this.#onStatus?.(id, NodeStatus.ready);
    return ready;
  }

  /** Each node is closed once and its edges are walked once, so all failures of a run together are linear. */
  #closeBelow(node: PlannedNode, result: NodeResult): void {
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const below of next.children) {
        if (!this.isOpen(below)) continue;
        this.#close(below, result);
        open.push(below);
      }
    }
  }
}
