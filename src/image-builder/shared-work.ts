import { InterruptedError } from "../docker/interrupted-error.ts";

interface SharedWorkOptions {
  /** Whether a result is kept for those who ask later; a failure never is. */
  readonly keep: boolean;
  /** What is worked on, for the message of an interruption: `an image`. */
  readonly subject: string;
}

/** Work under a key that several ask for at once, and that is done once. */
export class SharedWork<T> {
  readonly #options: SharedWorkOptions;
  readonly #running = new Map<string, Promise<T>>();

  constructor(options: SharedWorkOptions) {
    this.#options = options;
  }

  /**
   * Runs `work`, or joins the one that runs. The work ends by the signal of whoever started it: who joined and was
   * not interrupted starts it again.
   */
  async do(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key, work);
    try {
      return await this.#unlessAborted(running, signal);
    } catch (error) {
      if (signal?.aborted || !(error instanceof InterruptedError)) throw error;
      return this.do(key, work, signal);
    }
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const started = Promise.resolve()
      .then(work)
      .then(
        (result) => {
          if (!this.#options.keep) this.#running.delete(key);
          return result;
        },
        (error: unknown) => {
          this.#running.delete(key);
          throw error;
        },
      );
    this.#running.set(key, started);
    return started;
  }

  async #unlessAborted(running: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal === undefined) return running;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(new InterruptedError("prepare", this.#options.subject));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([running, aborted]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}
