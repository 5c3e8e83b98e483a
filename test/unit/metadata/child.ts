import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A Node process of its own that runs `children/<name>.ts`, killed when disposed of. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #exited: Promise<unknown>;
  #stderr = "";

  constructor(name: string, args: readonly string[], options: SpawnOptions = {}) {
    const script = fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
    this.#process = spawn(process.execPath, [script, ...args], { ...options, stdio: "pipe" });
    this.#closed = once(this.#process, "close");
    this.#exited = once(this.#process, "exit");
    this.#process.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
  }

  /** Lines of its stdout as they come; ends with the process. */
  lines(): AsyncIterable<string> {
    if (!this.#process.stdout) throw new Error("The child has no stdout.");
    return createInterface({ input: this.#process.stdout });
  }

  /** Its whole output, once it has ended. */
  async finish(): Promise<{ stdout: string; stderr: string; exitCode: number | null }> {
    const lines: string[] = [];
    for await (const line of this.lines()) lines.push(line);
    await this.#closed;
    return { stdout: lines.join("\n"), stderr: this.#stderr, exitCode: this.#process.exitCode };
  }

  /** SIGKILL: no handler, no rollback, no close. Resolves once the process is gone, whoever reads its lines or not. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
  }
}
