import type { Failure } from "../../model/index.ts";
import type { ExecutionSignals } from "../../step-launcher/port.ts";
import { clearStopRequest, watchStopRequests } from "./stop-request.ts";

export interface RunControlFacts {
  /** The run's own, with its lock. */
  readonly directory: string;
  /** Of whoever called `run`. */
  readonly signals: ExecutionSignals;
  /** Seconds. */
  readonly timeout: number | undefined;
}

/**
 * Everything that can stop a run of this process, as one pair of signals: those of the caller, `stepdock stop` in
 * another process, and the run's own timeout.
 */
export class RunControl implements Disposable {
  readonly signals: ExecutionSignals;
  readonly #facts: RunControlFacts;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  #watching: Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;

  constructor(facts: RunControlFacts) {
    this.#facts = facts;
    this.signals = {
      signal: AbortSignal.any([facts.signals.signal, this.#stop.signal]),
      killSignal: AbortSignal.any([facts.signals.killSignal, this.#kill.signal]),
    };
  }

  /** From here on the run can be stopped. `onRequest` is called once, when another process is the first to ask. */
  begin(onRequest: () => void): void {
    this.#watching = watchStopRequests(this.#facts.directory, (kind) => {
      // Asked to stop otherwise, this process passes that on as a request of its own.
      if (!this.signals.signal.aborted) onRequest();
      this.#stop.abort();
      if (kind === "force") this.#kill.abort();
    });
    const { timeout } = this.#facts;
    if (timeout !== undefined) this.#timer = setTimeout(() => this.#expire(), timeout * 1000);
  }

  /** Nothing runs any more: what has not stopped the run by now does not. */
  end(): void {
    this.#watching?.[Symbol.dispose]();
    clearTimeout(this.#timer);
  }

  /** Why the run failed, where it was its timeout that stopped it. */
  get timeoutFailure(): Failure | undefined {
    const message = `The run took longer than its timeout of ${this.#facts.timeout} s and was stopped.`;
    return this.#timedOut ? { kind: "timeout", name: "RunTimeout", message, retryable: true } : undefined;
  }

  /** After the lock is given back: who asked sees the request go, and looks at the lock. */
  [Symbol.dispose](): void {
    this.end();
    clearStopRequest(this.#facts.directory);
  }

  #expire(): void {
    if (this.signals.signal.aborted) return;
    this.#timedOut = true;
    this.#stop.abort();
  }
}
