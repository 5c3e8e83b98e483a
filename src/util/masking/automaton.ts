const BYTES = 256;

/**
 * Finds many needles at once, a byte a step (Aho and Corasick). A state is the longest beginning of any needle with which
 * what was read so far ends; 0 is none.
 */
export class Automaton {
  /** Of state 0, where almost all of what is read is read. */
  readonly root: Int32Array<ArrayBuffer> = new Int32Array(BYTES);
  /** `state * 256 + byte` → state, for the others. */
  readonly #edges = new Map<number, number>();
  readonly #fallback: number[] = [0];
  readonly #depth: number[] = [0];
  readonly #longest: number[] = [0];

  constructor(needles: Iterable<Buffer>) {
    for (const needle of needles) this.#add(needle);
    this.#link();
  }

  next(from: number, byte: number): number {
    for (let state = from; state !== 0; state = this.#fallback[state] ?? 0) {
      const to = this.#edges.get(state * BYTES + byte);
      if (to !== undefined) return to;
    }
    return this.root[byte] ?? 0;
  }

  /** Of the last bytes, how many may be the beginning of a needle. */
  depth(state: number): number {
    return this.#depth[state] ?? 0;
  }

  /** The length of the longest needle that ends here; 0: none does. */
  longest(state: number): number {
    return this.#longest[state] ?? 0;
  }

  #add(needle: Buffer): void {
    let state = 0;
    for (const byte of needle) state = this.#edge(state, byte) ?? this.#grow(state, byte);
    this.#longest[state] = this.depth(state);
  }

  #edge(state: number, byte: number): number | undefined {
    return state === 0 ? this.root[byte] || undefined : this.#edges.get(state * BYTES + byte);
  }

  #grow(state: number, byte: number): number {
    const grown = this.#depth.push(this.depth(state) + 1) - 1;
    this.#fallback.push(0);
    this.#longest.push(0);
    if (state === 0) this.root[byte] = grown;
    else this.#edges.set(state * BYTES + byte, grown);
    return grown;
  }

  /** Shorter states first: a fallback is always shorter. */
  #link(): void {
    const edges = [...this.#edges].sort(([a], [b]) => this.#depthOfEdge(a) - this.#depthOfEdge(b));
    for (const [edge, to] of edges) {
      const state = Math.floor(edge / BYTES);
      const fallback = this.next(this.#fallback[state] ?? 0, edge % BYTES);
      this.#fallback[to] = fallback;
      this.#longest[to] = Math.max(this.longest(to), this.longest(fallback));
    }
  }

  #depthOfEdge(edge: number): number {
    return this.depth(Math.floor(edge / BYTES));
  }
}
