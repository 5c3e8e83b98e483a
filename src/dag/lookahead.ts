import type { PlannedNode } from "./dag-plan.ts";
import { Hops } from "./hops.ts";
import { ReadyHeap } from "./ready-heap.ts";

export interface LookaheadOptions {
  /** How many prepared nodes may wait for their start at once. */
  readonly size: number;
  /** Whether a node may still run. */
  readonly isOpen: (node: PlannedNode) => boolean;
}

/** Tells which nodes to prepare ahead of their start: see `DagRunnerOptions.prepareNode`. */
export class Lookahead {
  readonly #options: LookaheadOptions;
  readonly #hops: Hops;
  /**
   * By hop, the nodes that came as near as that. One that came nearer since, has started or was prepared is still in
   * here, and left out when its turn comes: each entry is taken once, so a run stays linear.
   */
  readonly #upcoming: ReadyHeap<PlannedNode>[] = [];
  readonly #waiting = new Set<PlannedNode>();
  /** By index: started or prepared. */
  readonly #isDone: Uint8Array;

  constructor(plan: readonly PlannedNode[], options: LookaheadOptions) {
    this.#options = options;
    const limit = Math.min(options.size, plan.length);
    this.#hops = new Hops(plan, limit, (node, hop) => this.#enter(node, hop));
    this.#isDone = new Uint8Array(plan.length);
  }

  ready(node: PlannedNode): void {
    this.#hops.ready(node);
  }

  started(node: PlannedNode): void {
    this.#isDone[node.index] = 1;
    this.#waiting.delete(node);
  }

  /** What was prepared for a node that will not run any more is no longer waiting. */
  forgetClosed(): void {
    for (const node of this.#waiting) if (!this.#options.isOpen(node)) this.#waiting.delete(node);
  }

  /** The next node to be prepared, which from now on counts as prepared; undefined if there is none for now. */
  next(): PlannedNode | undefined {
    if (this.#waiting.size >= this.#options.size) return undefined;
    for (const [hop, nodes] of this.#upcoming.entries()) {
      const node = this.#take(nodes, hop);
      if (node === undefined) continue;
      this.#isDone[node.index] = 1;
      this.#waiting.add(node);
      return node;
    }
    return undefined;
  }

  #enter(node: PlannedNode, hop: number): void {
    if (this.#isDone[node.index] === 1) return;
    while (this.#upcoming.length <= hop) this.#upcoming.push(new ReadyHeap());
    this.#upcoming[hop]?.push(node);
  }

  #take(nodes: ReadyHeap<PlannedNode>, hop: number): PlannedNode | undefined {
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      const isDone = this.#isDone[node.index] === 1;
      if (!isDone && this.#hops.of(node) === hop && this.#options.isOpen(node)) return node;
    }
    return undefined;
  }
}
