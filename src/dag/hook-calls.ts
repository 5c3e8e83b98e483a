/** Calls hooks without waiting for them, and keeps what they throw until somebody asks. */
export class HookCalls {
  readonly #pending = new Set<Promise<void>>();
  readonly #faults: unknown[] = [];
  readonly #onFault: (error: unknown) => void;

  /** `onFault` is called with each error, at once. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  call(hook: () => void | Promise<void>): void {
    try {
      const returned = hook();
      if (returned !== undefined) this.#track(returned);
    } catch (error) {
      this.fault(error);
    }
  }

  fault(error: unknown): void {
    this.#faults.push(error);
    this.#onFault(error);
  }

  /** Resolves when all calls have settled. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Throws the one error there was, or all in an `AggregateError`. */
  throwFaults(): void {
    if (this.#faults.length === 1) throw this.#faults[0];
    if (this.#faults.length > 1)
      throw new AggregateError(this.#faults, "Several hooks of the DAG run failed.");
  }

  #track(returned: Promise<void>): void {
    const tracked: Promise<void> = Promise.resolve(returned)
      .catch((error: unknown) => this.fault(error))
      .then(() => void this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}
