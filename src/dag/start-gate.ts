/** Keeps the starts of parallel nodes apart: closed for a while after each start. */
export class StartGate implements Disposable {
  readonly #period: number;
  readonly #onOpen: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `period` in seconds; `onOpen` is called when the gate opens again. */
  constructor(period: number, onOpen: () => void) {
    this.#period = period;
    this.#onOpen = onOpen;
  }

  get isOpen(): boolean {
    return this.#timer === undefined;
  }

  /** Closes the gate for one period from now. */
  close(): void {
    if (this.#period === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onOpen();
    }, this.#period * 1000);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
