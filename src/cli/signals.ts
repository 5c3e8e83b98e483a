import { EXIT } from "../errors/codes.ts";
import type { ExecutionSignals } from "../step-launcher/port.ts";
import type { Output } from "./output.ts";

const HANDLED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npm passes on what the terminal has sent already: two signals so close together are one. In milliseconds. */
const SAME_SIGNAL = 50;

/**
 * The first signal asks a run to stop, the second ends what runs at once, the third ends this process whatever is left.
 * Before the run has begun there is nothing to stop: the first one ends the process.
 */
export class RunSignals implements ExecutionSignals, Disposable {
  readonly #err: Output;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  #begun = false;
  #armed = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(err: Output) {
    this.#err = err;
    for (const name of HANDLED) process.on(name, this.#receive);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get killSignal(): AbortSignal {
    return this.#kill.signal;
  }

  /** From here on there may be containers and a record, which a signal must not leave as they are. */
  begin(): void {
    this.#begun = true;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const name of HANDLED) process.off(name, this.#receive);
  }

  readonly #receive = (): void => {
    if (!this.#armed) return;
    if (!this.#begun) process.exit(EXIT.interrupted);
    this.#armed = false;
    const text = this.#next();
    // Told only when another signal counts, so that whoever reads it may send one.
    this.#timer = setTimeout(() => {
      this.#armed = true;
      void this.#err.line(text);
    }, SAME_SIGNAL);
  };

  #next(): string {
    if (!this.signal.aborted) {
      this.#stop.abort();
      return "stopping: steps get some time to end; press Ctrl-C again to kill them";
    }
    if (!this.killSignal.aborted) {
      this.#kill.abort();
      return "killing: press Ctrl-C again to leave at once, and `stepdock clean` later for what is left";
    }
    return process.exit(EXIT.interrupted);
  }
}
