import type { PlannedNode } from "./dag-plan.ts";

/** Called when a node has come nearer. */
export type OnNearer = (node: PlannedNode, hop: number) => void;

/**
 * How many hops each node is away from being ready: 0 if it is ready, runs or is completed, else one more than the
 * farthest of its upstreams. Only up to `limit` hops; what is farther away counts as `limit + 1`.
 *
 * A node comes nearer at most `limit + 1` times and looks at its upstreams each time, so a run costs no more than
 * `limit` times its edges.
 */
export class Hops {
  readonly #limit: number;
  readonly #hops: Uint32Array;
  /** For each node, how many of its upstreams are as far away as its farthest. */
  readonly #farthest: Uint32Array;
  readonly #onNearer: OnNearer;

  constructor(plan: readonly PlannedNode[], limit: number, onNearer: OnNearer) {
    this.#limit = limit;
    this.#hops = new Uint32Array(plan.length).fill(limit + 1);
    this.#farthest = Uint32Array.from(plan, ({ parents }) => parents.length);
    this.#onNearer = onNearer;
  }

  of({ index }: PlannedNode): number {
    return this.#hops[index] as number;
  }

  /** Takes note that a node became ready. */
  ready(node: PlannedNode): void {
    const loosened: PlannedNode[] = [];
    this.#move(node, 0, loosened);
    for (let next = loosened.pop(); next !== undefined; next = loosened.pop()) {
      this.#move(next, this.#lookUp(next), loosened);
    }
  }

  /** Adds to `loosened` the nodes of which the last of the farthest upstreams came nearer now. */
  #move(node: PlannedNode, hop: number, loosened: PlannedNode[]): void {
    const before = this.of(node);
    this.#hops[node.index] = hop;
    this.#onNearer(node, hop);
    for (const below of node.children) {
      const farthest = this.of(below) - 1;
      if (before < farthest || hop >= farthest) continue;
      const left = (this.#farthest[below.index] as number) - 1;
      this.#farthest[below.index] = left;
      if (left === 0) loosened.push(below);
    }
  }

  /** The hop of a node by its upstreams, whose farthest are counted anew. */
  #lookUp({ index, parents }: PlannedNode): number {
    let farthest = 0;
    let count = 0;
    for (const node of parents) {
      const hop = Math.min(this.of(node), this.#limit);
      if (hop > farthest) count = 0;
      farthest = Math.max(farthest, hop);
      if (hop === farthest) count += 1;
    }
    this.#farthest[index] = count;
    return farthest + 1;
  }
}
