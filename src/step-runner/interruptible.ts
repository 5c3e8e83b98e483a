/** One thing at a time that may be ended from outside: user code that nobody can stop is left behind. */
export class Interruptible {
  #running: PromiseWithResolvers<never> | undefined;

  async run<T>(work: () => Promise<T>): Promise<T> {
    const interruption = Promise.withResolvers<never>();
    this.#running = interruption;
    try {
      return await Promise.race([work(), interruption.promise]);
    } finally {
      this.#running = undefined;
    }
  }

  /** Rejects what runs; false where nothing does. */
  interrupt(reason: unknown): boolean {
    this.#running?.reject(reason);
    return this.#running !== undefined;
  }
}
