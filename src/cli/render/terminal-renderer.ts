import type { PipelineSnapshot, RunEvent } from "../../model/index.ts";
import type { Output } from "../output.ts";
import { noticeLine, startLine } from "./event-lines.ts";
import { liveFrame } from "./live-frame.ts";
import { LiveTerminal } from "./live-terminal.ts";
import { CutLines } from "./log-lines.ts";
import { paddedPrefix } from "./prefix.ts";
import { runReport } from "./report.ts";
import type { RunRenderer } from "./run-renderer.ts";
import { RunView } from "./run-view.ts";
import { type Paint, painter } from "./text.ts";

const REDRAW_MILLISECONDS = 100;
/** Lines are gathered between two drawings, up to so many UTF-16 units. */
const GATHERED = 64 * 1024;

/** Steps' lines above, a live table of steps below. */
export class TerminalRenderer implements RunRenderer {
  readonly #view = new RunView();
  readonly #paint: Paint;
  readonly #out: Output;
  readonly #terminal: LiveTerminal;
  readonly #now: () => number;
  #lines: CutLines;
  #gathered = "";
  #blocked: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(out: Output, now: () => number = Date.now) {
    this.#out = out;
    this.#paint = painter(out);
    this.#terminal = new LiveTerminal(out);
    this.#now = now;
    this.#lines = new CutLines(paddedPrefix([], this.#paint));
  }

  readonly sink = (event: RunEvent): void | Promise<void> => {
    this.#view.apply(event);
    if (event.event === "run_started") this.#begin(event);
    this.#gathered += this.#textOf(event);
    if (this.#gathered.length > GATHERED) return this.#blocked ?? this.draw();
  };

  /** Shows what was gathered and the table as it is now; called by a timer while the run goes on. */
  draw(): void | Promise<void> {
    const { rows = 24, columns = 80 } = this.#out.stream;
    const lines = this.#gathered;
    this.#gathered = "";
    const frame = liveFrame(this.#view, { rows, columns }, { now: this.#now(), paint: this.#paint });
    const wait = this.#terminal.draw(lines, frame);
    this.#blocked = wait?.then(() => {
      this.#blocked = undefined;
    });
    return this.#blocked;
  }

  async close(outputs: PipelineSnapshot["outputs"] = {}): Promise<void> {
    clearInterval(this.#timer);
    await this.#blocked;
    this.#gathered += this.#lines.finish();
    await this.draw();
    this.#terminal.done();
    const report = runReport(this.#view, outputs, this.#paint);
    await this.#out.write(report.map((line) => `${line}\n`).join(""));
  }

  #begin(event: Extract<RunEvent, { event: "run_started" }>): void {
    this.#lines = new CutLines(paddedPrefix(event.layers.flat(), this.#paint));
    this.#timer = setInterval(() => {
      if (!this.#blocked) void this.draw();
    }, REDRAW_MILLISECONDS);
    this.#timer.unref();
  }

  #textOf(event: RunEvent): string {
    if (event.event === "step_log") return this.#lines.log(event);
    if (event.event === "run_started") return `${startLine(event, this.#paint)}\n`;
    if (event.event === "step_status" && event.status === "initializing") {
      return this.#lines.finish(event.invocation);
    }
    const line = noticeLine(event, this.#paint);
    return line === undefined ? "" : `${line}\n`;
  }
}
