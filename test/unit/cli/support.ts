import { Writable } from "node:stream";
import { WriteStream } from "node:tty";
import { Output } from "../../../src/cli/output.ts";
import type { RunEvent, RunEventBody } from "../../../src/model/index.ts";

export interface MemoryStreamOptions {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Whether each write waits until `take` is called. */
  readonly slow?: boolean;
}

/** A stream that keeps what is written, and takes it only when told to where it is slow. */
export class MemoryStream extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly #chunks: Buffer[] = [];
  readonly #slow: boolean;
  #next: (() => void) | undefined;

  constructor({ isTTY = false, columns = 80, rows = 24, slow = false }: MemoryStreamOptions = {}) {
    super({ highWaterMark: 16 * 1024 });
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
    this.#slow = slow;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  /** As a terminal's own: by the variables of this process. */
  getColorDepth(): number {
    return WriteStream.prototype.getColorDepth.call(this as unknown as WriteStream);
  }

  /** Takes the write that waits, if there is one. */
  take(): boolean {
    const next = this.#next;
    this.#next = undefined;
    next?.();
    return next !== undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    if (this.#slow) this.#next = done;
    else done();
  }
}

export const memoryOutput = (options: MemoryStreamOptions = {}): { out: Output; stream: MemoryStream } => {
  const stream = new MemoryStream(options);
  return { out: new Output(stream), stream };
};

export const START = Date.parse("2026-01-02T03:04:05.000Z");

/** An event, so many milliseconds after the start. */
export const at = (milliseconds: number, body: RunEventBody): RunEvent => ({
  time: new Date(START + milliseconds).toISOString(),
  ...body,
});

export const started = (...layers: string[][]): RunEvent =>
  at(0, {
    ...{ event: "run_started", runId: "0123456789abcdef", runName: "weather-1", pipeline: "weather" },
    ...{ orchestratorRunId: "weather-x", stack: "local_docker", layers },
  });

type StatusBody = Extract<RunEventBody, { event: "step_status" }>;

export const status = (
  invocation: string,
  is: StatusBody["status"],
  more: Partial<StatusBody> & { at?: number } = {},
): RunEvent => {
  const { at: when = 0, ...facts } = more;
  return at(when, { event: "step_status", invocation, stepRunId: "s", attempt: 1, status: is, ...facts });
};

export const log = (
  invocation: string,
  text: string,
  more: { partial?: true; stream?: "stderr" } = {},
): RunEvent => at(0, { event: "step_log", invocation, stream: "stdout", text, ...more });

export const finished = (is: StatusBody["status"], durationMs = 3200): RunEvent =>
  at(durationMs, { event: "run_finished", runId: "0123456789abcdef", status: is, durationMs, steps: {} });
