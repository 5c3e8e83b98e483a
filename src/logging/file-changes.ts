import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Network and VM file systems do not tell of every change: look again after this many milliseconds without one. */
const RECHECK_MS = 1000;

/** Tells when a file may have changed, until a promise settles. */
export class FileChanges implements Disposable {
  readonly #path: string;
  /** Settles as the promise it was made with. */
  readonly outcome: Promise<unknown>;
  #over = false;
  #changed = Promise.withResolvers<void>();
  #watcher: FSWatcher | undefined;

  constructor(path: string, until: Promise<unknown>) {
    this.#path = path;
    this.outcome = until;
    until.then(this.#end, this.#end);
    this.#watch();
  }

  get over(): boolean {
    return this.#over;
  }

  /** Resolves when the file may have changed since the last call resolved; rejects with the signal's reason. */
  async next(signal: AbortSignal | undefined): Promise<void> {
    this.#watch();
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal?.reason);
    const recheck = setTimeout(this.#notify, RECHECK_MS);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      signal?.throwIfAborted();
      await Promise.race([this.#changed.promise, aborted.promise]);
      this.#changed = Promise.withResolvers();
    } finally {
      clearTimeout(recheck);
      signal?.removeEventListener("abort", abort);
    }
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }

  /** Watches the directory, since the file need not exist yet. Where that fails, the timer does the work. */
  #watch(): void {
    if (this.#watcher) return;
    try {
      const watcher = watch(dirname(this.#path), (_event, name) => {
        if (name === null || name === basename(this.#path)) this.#notify();
      });
      watcher.on("error", () => this.#unwatch());
      this.#watcher = watcher;
    } catch {
      this.#unwatch();
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  readonly #notify = (): void => this.#changed.resolve();

  readonly #end = (): void => {
    this.#over = true;
    this.#notify();
  };
}
