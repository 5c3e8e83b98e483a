const BYTES = 256;
/** States up to this depth have a table of their own: almost all of what is read is read in these. */
const TABLE_DEPTH = 2;

type Table = Int32Array<ArrayBuffer>;

/**
 * Finds many needles at once, a byte a step (Aho and Corasick). A state is the longest beginning of any needle with which
 * what was read so far ends; 0 is none.
 */
export class Automaton {
  /** State → byte → next state, for the states that are not deep. */
  readonly tables: (Table | undefined)[];
  readonly #byte: Table;
  readonly #parent: Table;
  readonly #child: Table;
  readonly #sibling: Table;
  readonly #depth: Table;
  readonly #fallback: Table;
  readonly #longest: Table;
  #states = 1;

  constructor(needles: readonly Buffer[]) {
    const size = needles.reduce((sum, { length }) => sum + length, 1);
    const table = () => new Int32Array(size);
    // Of its whole size at once: V8 makes a slow dictionary of an array with holes.
    this.tables = new Array<Table | undefined>(size).fill(undefined);
    [this.#byte, this.#parent, this.#child, this.#sibling] = [table(), table(), table(), table()];
    [this.#depth, this.#fallback, this.#longest] = [table(), table(), table()];
    for (const needle of needles) this.#add(needle);
    for (const state of this.#shortestFirst()) this.#link(state);
  }

  next(from: number, byte: number): number {
    let state = from;
    for (let table = this.tables[state]; !table; table = this.tables[state]) {
      const child = this.#childOf(state, byte);
      if (child !== 0) return child;
      state = this.#fallback[state] as number;
    }
    return this.tables[state]?.[byte] as number;
  }

  /** Of the last bytes, how many may be the beginning of a needle. */
  depth(state: number): number {
    return this.#depth[state] as number;
  }

  /** The length of the longest needle that ends here; 0: none does. */
  longest(state: number): number {
    return this.#longest[state] as number;
  }

  #add(needle: Buffer): void {
    let state = 0;
    for (const byte of needle) state = this.#childOf(state, byte) || this.#grow(state, byte);
    this.#longest[state] = this.depth(state);
  }

  /** 0: there is none. */
  #childOf(state: number, byte: number): number {
    let child = this.#child[state] as number;
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child] as number;
    return child;
  }

  #grow(parent: number, byte: number): number {
    const state = this.#states++;
    this.#byte[state] = byte;
    this.#parent[state] = parent;
    this.#depth[state] = this.depth(parent) + 1;
    this.#sibling[state] = this.#child[parent] as number;
    this.#child[parent] = state;
    return state;
  }

  *#shortestFirst(): Iterable<number> {
    for (let level = [0]; level.length > 0; level = level.flatMap((state) => [...this.#children(state)]))
      yield* level;
  }

  *#children(state: number): Iterable<number> {
    for (let child = this.#child[state]; child; child = this.#sibling[child]) yield child;
  }

  /** All shorter states are linked already, and a fallback is always shorter. */
  #link(state: number): void {
    const parent = this.#parent[state] as number;
    const fallback =
      parent === 0 ? 0 : this.next(this.#fallback[parent] as number, this.#byte[state] as number);
    this.#fallback[state] = fallback;
    this.#longest[state] = Math.max(this.longest(state), state === 0 ? 0 : this.longest(fallback));
    if (this.depth(state) <= TABLE_DEPTH) this.tables[state] = this.#tableOf(state, fallback);
  }

  #tableOf(state: number, fallback: number): Table {
    const table = state === 0 ? new Int32Array(BYTES) : Int32Array.from(this.tables[fallback] ?? []);
    for (const child of this.#children(state)) table[this.#byte[child] as number] = child;
    return table;
  }
}
