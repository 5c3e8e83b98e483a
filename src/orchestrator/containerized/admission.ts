/** What a container may take of its engine. */
export interface Claim {
  readonly memoryBytes: number;
  readonly cpus: number;
}

/**
 * After so many starts of others a step that waits lets nobody pass any more. More keeps a busy engine fuller and a big
 * step waiting longer; it waits for no more than these and what ran before.
 */
export const MOST_OVERTAKES = 8;

interface Waiting {
  overtaken: number;
  /** Present where it holds a slot already: a further attempt. */
  readonly retry?: { readonly claim: Claim; readonly enter: () => void };
}

interface Parked {
  readonly bytes: number;
  readonly giveUp: () => Promise<void>;
}

/**
 * Shares what an engine has among the steps of a run: the sum of the claims of what runs, and of what is parked, never
 * exceeds it. A step that does not fit waits, and others that fit may pass it, but not for ever. Parked containers are
 * given up where a step needs their memory. Steps are told apart by id; nothing here knows time, or an engine.
 */
export class Admission {
  readonly capacity: Claim;
  readonly #running = new Map<string, Claim>();
  readonly #parked = new Map<string, Parked>();
  /** In the order in which they came. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #givenUp = new Set<Promise<void>>();
  #onFreed: () => void = () => {};

  /** @param capacity as the engine reports it */
  constructor(capacity: Claim) {
    this.capacity = capacity;
  }

  /** Whether the step may start now; if not, it counts as waiting from here on, until it is let in. */
  tryEnter(id: string, claim: Claim): boolean {
    if (this.#running.has(id)) return true;
    const isRetry = this.#waiting.get(id)?.retry !== undefined;
    if (!this.#mayPass(id, isRetry) || !this.#makeRoom(id, claim)) {
      if (!this.#waiting.has(id)) this.#waiting.set(id, { overtaken: 0 });
      return false;
    }
    this.#waiting.delete(id);
    for (const waiting of this.#waiting.values()) waiting.overtaken += 1;
    this.enter(id, claim);
    return true;
  }

  /** Counts a step that runs already, whether there is room or not. */
  enter(id: string, claim: Claim): void {
    this.#parked.delete(id);
    this.#running.set(id, claim);
  }

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  leave(id: string): void {
    if (this.#running.delete(id)) this.#freed();
  }

  /**
   * Lets a step that has a slot begin an attempt, which may need more than the one before: then it gives back what it
   * had, and waits. Resolves with false where `signal` is aborted first. It must be able to fit.
   */
  async settle(id: string, claim: Claim, signal: AbortSignal): Promise<boolean> {
    const own = this.#running.get(id);
    if (own && own.memoryBytes >= claim.memoryBytes && own.cpus >= claim.cpus) return true;
    if (signal.aborted) return false;
    this.#running.delete(id);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.set(id, { overtaken: 0, retry: { claim, enter: () => resolve(true) } });
    const onAbort = () => {
      if (this.#waiting.delete(id)) this.#freed();
      resolve(false);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#freed();
    return await promise.finally(() => signal.removeEventListener("abort", onAbort));
  }

  /** Whether a container may be parked: nobody waits, and there is memory left. `giveUp` may be called until `unpark`. */
  tryPark(id: string, bytes: number, giveUp: () => Promise<void>): boolean {
    const free = this.capacity.memoryBytes - this.#taken(id).memoryBytes - this.#parkedBytes(id);
    if (this.#waiting.size > 0 || bytes > free) return false;
    this.#parked.set(id, { bytes, giveUp });
    return true;
  }

  unpark(id: string): void {
    this.#parked.delete(id);
  }

  /** Settles when what was given up is gone. */
  async settled(): Promise<void> {
    await Promise.all(this.#givenUp);
  }

  /** Called whenever a step that waits may fit. */
  set onFreed(listener: () => void) {
    this.#onFreed = listener;
  }

  /** A step with a slot waits for none without one: that might wait for the slot. */
  #mayPass(id: string, isRetry: boolean): boolean {
    for (const [other, { overtaken, retry }] of this.#waiting) {
      if (overtaken < MOST_OVERTAKES || (isRetry && !retry)) continue;
      return other === id;
    }
    return true;
  }

  /** Gives up parked containers, the latest first, as far as that makes room. */
  #makeRoom(id: string, claim: Claim): boolean {
    const taken = this.#taken(id);
    const free = this.capacity.memoryBytes - taken.memoryBytes;
    if (claim.memoryBytes > free || nano(taken.cpus + claim.cpus) > nano(this.capacity.cpus)) return false;
    for (const [other, { giveUp }] of [...this.#parked].reverse()) {
      if (claim.memoryBytes + this.#parkedBytes(id) <= free) break;
      if (other === id) continue;
      this.#parked.delete(other);
      const gone = giveUp().catch(() => {}); // it is removed at the end of the run, and whoever fails then is told
      this.#givenUp.add(gone);
      void gone.then(() => this.#givenUp.delete(gone));
    }
    return true;
  }

  #taken(except: string): Claim {
    const taken = { memoryBytes: 0, cpus: 0 };
    for (const [id, { memoryBytes, cpus }] of this.#running) {
      if (id === except) continue;
      taken.memoryBytes += memoryBytes;
      taken.cpus += cpus;
    }
    return taken;
  }

  #parkedBytes(except: string): number {
    let bytes = 0;
    for (const [id, parked] of this.#parked) if (id !== except) bytes += parked.bytes;
    return bytes;
  }

  #freed(): void {
    for (const [id, { retry }] of [...this.#waiting]) {
      if (retry && this.tryEnter(id, retry.claim)) retry.enter();
    }
    this.#onFreed();
  }
}

/** In billionths, as the engine counts: sums of fractions are not exact. */
const nano = (cpus: number): number => Math.round(cpus * 1e9);
