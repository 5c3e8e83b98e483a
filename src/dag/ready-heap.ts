/** Something that knows its place among others. */
export interface Ranked {
  readonly rank: number;
}

/**
 * A binary heap, the smallest rank first: the ready nodes wait here and not in p-queue, whose sorted array costs 31 µs a node where 100,000
 * wait.
 */
export class ReadyHeap<T extends Ranked> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    let hole = this.#items.length;
    this.#items.push(item);
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = this.#items[above] as T;
      if (parent.rank <= item.rank) break;
      this.#items[hole] = parent;
      hole = above;
    }
    this.#items[hole] = item;
  }

  /** Takes the first item out; undefined if there is none. */
  pop(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (this.#items.length > 0) this.#sink(last as T);
    return first;
  }

  /** Puts `item` where it belongs, from the top down. */
  #sink(item: T): void {
    let hole = 0;
    for (let child = this.#firstChild(hole); child < this.#items.length; child = this.#firstChild(hole)) {
      const candidate = this.#items[child] as T;
      if (item.rank <= candidate.rank) break;
      this.#items[hole] = candidate;
      hole = child;
    }
    this.#items[hole] = item;
  }

  /** The index of that child of `index` which comes first; past the end if there is none. */
  #firstChild(index: number): number {
    const left = 2 * index + 1;
    const right = left + 1;
    if (right >= this.#items.length) return left;
    return (this.#items[right] as T).rank < (this.#items[left] as T).rank ? right : left;
  }
}
