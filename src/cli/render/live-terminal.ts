import { createLogUpdate } from "log-update";
import type { Output } from "../output.ts";

const SYNCHRONIZED = ["\u001b[?2026h", "\u001b[?2026l"] as const;

/** Lines that stay, above a frame that is drawn anew. Each drawing is one write, so that nothing flickers. */
export class LiveTerminal {
  readonly #out: Output;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #written = "";

  constructor(out: Output) {
    this.#out = out;
    const { stream } = out;
    const recorder = {
      isTTY: false,
      get columns() {
        return stream.columns;
      },
      get rows() {
        return stream.rows;
      },
      write: (text: string) => {
        this.#written += text;
        return true;
      },
    };
    this.#update = createLogUpdate(recorder as unknown as NodeJS.WritableStream, { showCursor: true });
  }

  /** `lines` end with a newline each, or are empty. */
  draw(lines: string, frame: string): void | Promise<void> {
    if (lines !== "") {
      this.#update.clear();
      this.#written += lines;
    }
    this.#update(frame);
    return this.#flush();
  }

  /** Leaves the last frame standing. */
  done(): void {
    this.#update.done();
  }

  #flush(): void | Promise<void> {
    const written = this.#written;
    this.#written = "";
    if (written !== "") return this.#out.write(`${SYNCHRONIZED[0]}${written}${SYNCHRONIZED[1]}`);
  }
}
