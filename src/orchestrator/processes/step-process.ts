import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import type { ExitState, OutputSink, StreamName } from "../../docker/port.ts";
import { watchGroup } from "./watchdog.ts";

export interface StepProcessSpec {
  /** Of `node`. */
  readonly arguments: readonly string[];
  /** Default: that of this process. */
  readonly cwd?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** False: in a container, which ends with this process anyway, and may have no shell. */
  readonly watched?: boolean;
}

type Child = ChildProcessByStdio<Writable, Socket, Socket>;

/** Milliseconds that streams may stay open after the exit and say nothing: a process that left the group may hold them. */
const STREAMS_STAY = 2000;

/**
 * A step in a process of its own, in a process group of its own: what it has started ends with it. Where it is watched, it
 * does not outlive this process, however that ends.
 */
export class StepProcess {
  readonly id: string;
  /** Resolves after the exit and after every byte that it printed was given to the sink. */
  readonly ended: Promise<ExitState>;
  readonly #child: Child;
  #killing: NodeJS.Timeout | undefined;
  #watchdog: Disposable | undefined;
  #isGone = false;

  private constructor(child: Child, sink: OutputSink) {
    this.#child = child;
    this.id = String(child.pid);
    const output = Promise.all([drain(child.stdout, "stdout", sink), drain(child.stderr, "stderr", sink)]);
    output.catch(() => this.#killGroup()); // nobody could be told what it prints; why is told with the end
    this.ended = this.#end(output);
    this.ended.catch(() => {}); // told to whoever waits for it
  }

  /** @throws the system's error where it cannot be started */
  static async start(spec: StepProcessSpec, sink: OutputSink): Promise<StepProcess> {
    const { spawn } = process.getBuiltinModule("node:child_process");
    const child = spawn(process.execPath, spec.arguments, {
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...{ env: { ...spec.environment }, detached: true },
      stdio: ["pipe", "pipe", "pipe"],
    }) as Child; // the streams of pipes are sockets
    child.stdin.on("error", () => {}); // it may end before it has read: how it did is told by `ended`
    const spawned = once(child, "spawn");
    const started = new StepProcess(child, sink);
    await spawned;
    if (spec.watched !== false) await started.#watch();
    return started;
  }

  /** Gives it its one line of input. */
  tell(line: string): void {
    this.#child.stdin.end(`${line}\n`);
  }

  /** SIGTERM, then SIGKILL after the grace, in seconds. Ended already is success. */
  async stop(graceSeconds: number): Promise<void> {
    this.#child.kill("SIGTERM");
    this.#killing ??= setTimeout(() => this.#killGroup(), graceSeconds * 1000);
  }

  /** It, and all that it has started. Ended already is success. */
  async kill(): Promise<void> {
    this.#killGroup();
  }

  async #watch(): Promise<void> {
    try {
      this.#watchdog = await watchGroup(Number(this.id));
    } catch (error) {
      this.#killGroup();
      throw error;
    }
    if (this.#isGone) this.#watchdog[Symbol.dispose]();
  }

  async #end(output: Promise<unknown>): Promise<ExitState> {
    const [code, signal] = (await once(this.#child, "exit")) as [number | null, NodeJS.Signals | null];
    clearTimeout(this.#killing);
    this.#killGroup();
    this.#isGone = true;
    this.#watchdog?.[Symbol.dispose]();
    const closing = this.#closeOnceSilent();
    await output.finally(() => clearInterval(closing));
    return { exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), oomKilled: false, error: "" };
  }

  /** Not before everything is read: this process may have stood still, or whoever takes the output be slow. */
  #closeOnceSilent(): NodeJS.Timeout {
    const streams = [this.#child.stdout, this.#child.stderr];
    const heard = () => streams.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
    let before = heard();
    const look = () => {
      const isSilent = heard() === before && streams.every(({ readableLength }) => readableLength === 0);
      before = heard();
      if (isSilent) for (const stream of streams) stream.destroy();
    };
    // By then, what lay in the pipes is read.
    return setInterval(() => setImmediate(look), STREAMS_STAY);
  }

  /** Once it is gone, its number may be another's. */
  #killGroup(): void {
    if (this.#isGone) return;
    try {
      process.kill(-Number(this.id), "SIGKILL");
    } catch (error) {
      if (!NOTHING_LEFT.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
}

/** Where all of a group have ended, Linux says the one, and macOS the other. */
const NOTHING_LEFT: ReadonlySet<string> = new Set(["ESRCH", "EPERM"]);

const drain = async (stream: Readable, name: StreamName, sink: OutputSink): Promise<void> => {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) await sink.write(name, chunk);
  } catch (error) {
    if (!stream.destroyed || (error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE")
      throw error;
  }
};
