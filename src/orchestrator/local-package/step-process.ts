import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import type { ExitState, OutputSink, StreamName } from "../../docker/port.ts";
import { watchGroup } from "./watchdog.ts";

export interface StepProcessSpec {
  /** Of `node`. */
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Milliseconds that streams may stay open after the exit: a process that left the group may hold them. */
const STREAMS_STAY = 2000;

/**
 * A step in a process of its own, in a process group of its own: what it has started ends with it. It does not outlive
 * this process, however that ends.
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
      ...{ cwd: spec.cwd, env: { ...spec.environment }, detached: true },
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.on("error", () => {}); // it may end before it has read: how it did is told by `ended`
    const spawned = once(child, "spawn");
    const started = new StepProcess(child, sink);
    await spawned;
    await started.#watch();
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
    const closing = setTimeout(() => this.#closeStreams(), STREAMS_STAY);
    await output.finally(() => clearTimeout(closing));
    return { exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), oomKilled: false, error: "" };
  }

  #closeStreams(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
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
