import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { StepdockError } from "../errors/error.ts";
import type { BundleModulesOptions } from "./bundle-modules.ts";
import type { BundleStepOptions } from "./bundle-step.ts";
import { type BundlerAnswer, type BundlerRequest, toldError } from "./bundler-messages.ts";
import type { Bundler } from "./cache/bundler.ts";
import type { BundleFacts, BundlePlaces } from "./cache/stored-bundle.ts";
import type { EmittedModules } from "./host-bundle.ts";

/** The process that bundles ended while something was asked of it. */
export class BundlerDiedError extends StepdockError {
  readonly code = "bundler_died";

  constructor(how: string, options?: ErrorOptions) {
    super(
      `The process that bundles the code of steps ${how}. Run again. Where that happens again, see that there is ` +
        "memory for it, some hundred megabytes; what it said itself is on stderr.",
      options,
    );
  }
}

/** Bundles in a process of its own, so that the memory it takes is given back: some hundred megabytes. */
export class BundlerChild implements Bundler, AsyncDisposable {
  readonly #places: BundlePlaces;
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #asked = 0;
  #dead: BundlerDiedError | undefined;

  constructor({ bundles, compiled }: BundlePlaces) {
    this.#places = { bundles, compiled };
    this.#child = start();
    this.#child.on("message", (answer: BundlerAnswer) => this.#settle(answer));
    this.#child.on("error", (cause) => this.#die(`failed: ${cause.message}`, { cause }));
    this.#child.on("exit", (code, signal) =>
      this.#die(signal ? `was killed (${signal})` : `ended with status ${code}`),
    );
  }

  // Only what is named here is sent: who asks may hold functions besides, which do not cross.
  modules({ entries, projectRoot, outDir }: BundleModulesOptions): Promise<EmittedModules> {
    return this.#ask({
      what: "modules",
      options: { entries, projectRoot, outDir },
    }) as Promise<EmittedModules>;
  }

  step(given: BundleStepOptions): Promise<BundleFacts> {
    const { module, exportName, projectRoot, what = "step", externals = [] } = given;
    const options = { module, exportName, projectRoot, what, externals };
    return this.#ask({ what: "step", options }) as Promise<BundleFacts>;
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends the process; resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#dead) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  #ask(what: Pick<BundlerRequest, "what" | "options">): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = ++this.#asked;
    const asked = Promise.withResolvers<unknown>();
    this.#open.set(id, asked);
    // Where it cannot be sent, the process is gone or was never there, of which its events tell.
    this.#child.send?.({ id, places: this.#places, ...what }, () => {});
    return asked.promise;
  }

  #settle(answer: BundlerAnswer): void {
    const asked = this.#open.get(answer.id);
    this.#open.delete(answer.id);
    if ("fault" in answer) asked?.reject(toldError(answer.fault));
    else asked?.resolve(answer.value);
  }

  #die(how: string, options?: ErrorOptions): void {
    this.#dead ??= new BundlerDiedError(how, options);
    for (const { reject } of this.#open.values()) reject(this.#dead);
    this.#open.clear();
  }
}

/**
 * Nothing that this process was started with is meant for that one: a profiler's or an inspector's options, a terminal,
 * what is read from stdin, what is printed for programs. It says on stderr what there is to say.
 */
const start = (): ChildProcess => {
  const { fork } = process.getBuiltinModule("node:child_process");
  return fork(fileURLToPath(import.meta.resolve("#bundler-process")), [], {
    execArgv: [],
    // A terminal interrupts all processes of a group: this one ends when nobody has use for it any more.
    detached: true,
    env: { ...process.env, NODE_OPTIONS: undefined, ...compileCache() },
    serialization: "advanced",
    stdio: ["ignore", 2, 2, "ipc"],
  });
};

/** Node keeps compiled code for each of its versions in a directory of its own in the one that it was told. */
const compileCache = (): NodeJS.ProcessEnv => {
  const directory = process.getBuiltinModule("node:module").getCompileCacheDir?.();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
};
