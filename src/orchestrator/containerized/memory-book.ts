/** How much of the engine's memory the containers of a run were granted. */
export class MemoryBook {
  readonly #bytes: number;
  #granted = 0;

  /** @param bytes that the engine has */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Undefined where there is not as much left. Disposing it gives it back. */
  tryGrant(bytes: number): Disposable | undefined {
    return this.#granted + bytes > this.#bytes ? undefined : this.grant(bytes);
  }

  /** Whether there is as much or not. Disposing it gives it back. */
  grant(bytes: number): Disposable {
    let held = bytes;
    this.#granted += held;
    return {
      [Symbol.dispose]: () => {
        this.#granted -= held;
        held = 0;
      },
    };
  }
}
