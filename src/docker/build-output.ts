import { stripVTControlCharacters } from "node:util";
import type { EngineMessage } from "./json-messages.ts";
import { PullProgress } from "./pull-progress.ts";

/** Lines kept of an instruction, to be shown when it fails. */
const KEPT_LINES = 50;

/** Follows a build: puts its pieces of output together to lines and knows which instruction they belong to. */
export class BuildOutput {
  readonly #onLine: (line: string) => void;
  readonly #pull = new PullProgress();
  #partial = "";
  #step = 0;
  #instruction: string | undefined;
  #lines: string[] = [];
  #imageId: string | undefined;

  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine;
  }

  /** Number of the instruction, counted from 1 over all stages; 0 before the first. */
  get step(): number {
    return this.#step;
  }

  /** The instruction that runs, as in the Dockerfile with its continuations joined. */
  get instruction(): string | undefined {
    return this.#instruction;
  }

  /** The last lines that the instruction printed, without colours and without the engine's own remarks. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** What the engine says it built. Without one, no build has succeeded. */
  get imageId(): string | undefined {
    return this.#imageId;
  }

  accept(message: EngineMessage): void {
    this.#imageId = builtImage(message) ?? this.#imageId;
    if (message.stream !== undefined) this.#append(withoutErrorColour(message.stream));
    const progress = this.#pull.lineOf(message);
    if (progress !== undefined) this.#append(`${progress}\n`);
  }

  /** To be called at the end of the stream: what stands on the last line may lack its newline. */
  end(): void {
    if (this.#partial !== "") this.#append("\n");
  }

  #append(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) this.#take(line.replace(/\r$/, ""));
  }

  #take(line: string): void {
    this.#onLine(line);
    const plain = stripVTControlCharacters(line);
    const [, number, instruction] = STEP.exec(plain) ?? [];
    if (Number(number) > this.#step) this.#begin(Number(number), instruction);
    else if (!REMARK.test(plain)) this.#lines = [...this.#lines, plain].slice(-KEPT_LINES);
  }

  #begin(step: number, instruction: string | undefined): void {
    this.#step = step;
    this.#instruction = instruction;
    this.#lines = [];
  }
}

/** Docker writes `Step 1/3 : FROM x`, Podman `STEP 1/3: FROM x`. */
const STEP = /^step (\d+)\/\d+ ?: (.*)$/i;

const REMARK = /^ ---> |^Removing intermediate container |^\s*$/;

/** The engine wraps each write of a RUN to stderr in red; the end of it would fall on the next line. */
const withoutErrorColour = (text: string): string =>
  text.startsWith(RED) && text.endsWith(PLAIN) ? text.slice(RED.length, -PLAIN.length) : text;

const RED = "\u001b[91m";
const PLAIN = "\u001b[0m";

const builtImage = ({ aux, stream }: EngineMessage): string | undefined => {
  const id = (aux as { ID?: unknown } | null | undefined)?.ID;
  return typeof id === "string" ? id : /^Successfully built ([0-9a-f]+)\s*$/.exec(stream ?? "")?.[1];
};
