import type { EngineMessage } from "./json-messages.ts";

/** Turns a pull's progress, a message for every few bytes, into a line for each change of a layer's status. */
export class PullProgress {
  readonly #statusById = new Map<string, string>();

  /** The line to show, undefined where the message says nothing new. */
  lineOf({ id, status }: EngineMessage): string | undefined {
    if (status === undefined || id === undefined) return status;
    if (this.#statusById.get(id) === status) return undefined;
    this.#statusById.set(id, status);
    return `${id}: ${status}`;
  }
}
