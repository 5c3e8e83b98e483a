import * as z from "zod/mini";
import type { EngineMessage } from "./json-messages.ts";
import { PullProgress } from "./pull-progress.ts";

const Pushed = z.object({ Digest: z.string() });

const PRESENT = /^(?:Layer already exists|Mounted from )/;

/** Reads what the engine tells of a push. */
export class PushProgress {
  readonly #lines = new PullProgress();
  readonly #pushed = new Set<string>();
  readonly #present = new Set<string>();
  #digest: string | undefined;

  /** Of the manifest; undefined until the registry has it. */
  get digest(): string | undefined {
    return this.#digest;
  }

  /** How many layers went over the wire, and how many the registry had. */
  get layers(): { readonly pushed: number; readonly present: number } {
    return { pushed: this.#pushed.size, present: this.#present.size };
  }

  /** The line to show, undefined where the message says nothing new. */
  accept(message: EngineMessage): string | undefined {
    const { id, status = "", aux } = message;
    if (id !== undefined && status === "Pushed") this.#pushed.add(id);
    if (id !== undefined && PRESENT.test(status)) this.#present.add(id);
    this.#digest = Pushed.safeParse(aux).data?.Digest ?? this.#digest;
    return this.#lines.lineOf(message);
  }
}
