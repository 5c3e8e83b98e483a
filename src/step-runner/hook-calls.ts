import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { HookBinding, HookBindings, HookFailure, StepHookName, StepResult } from "../model/index.ts";
import type { StepContext } from "../pipeline/context.ts";
import type { StepHooks } from "../pipeline/hooks.ts";
import { StepFailure, thrownFailure } from "./failures.ts";
import type { Interruptible } from "./interruptible.ts";

export interface HookCallsOptions {
  /** Of the step's definition. */
  readonly own: StepHooks;
  /** As assigned; absent: the step's own. */
  readonly bindings: HookBindings | undefined;
  /** Where the bundles of the pipeline's hooks are, each named after its hash. */
  readonly bundles: string;
  readonly context: StepContext;
  readonly phase: Interruptible;
}

type CutShort = { readonly name: string; readonly message: string };

type Hook = (...args: unknown[]) => unknown;

/** Calls the hooks of one attempt, and keeps what is to be told of them. Never rejects for what a hook does. */
export class HookCalls {
  readonly #options: HookCallsOptions;
  readonly #begun: StepHookName[] = [];
  readonly #failures: HookFailure[] = [];
  #running: StepHookName | undefined;

  constructor(options: HookCallsOptions) {
    this.#options = options;
  }

  async call(name: StepHookName, error?: Error): Promise<void> {
    const binding = this.#bindingOf(name);
    if (!binding) return;
    this.#begun.push(name);
    this.#running = name;
    try {
      await this.#options.phase.run(async () => {
        const hook = await this.#load(name, binding);
        await hook(...this.#argumentsOf(name, error));
      });
    } catch (thrown) {
      this.#failures.push(failureOf(name, thrown));
    } finally {
      this.#running = undefined;
    }
  }

  /** The part of the result that tells of the hooks; `cutShort`: why the one that runs now does not end. */
  report(cutShort?: CutShort): Pick<StepResult, "hooks" | "hookFailures"> {
    const failures = [...this.#failures, ...this.#cut(cutShort)];
    return {
      ...(this.#begun.length > 0 ? { hooks: [...this.#begun] } : {}),
      ...(failures.length > 0 ? { hookFailures: failures } : {}),
    };
  }

  #cut(why: CutShort | undefined): HookFailure[] {
    if (!why || !this.#running) return [];
    return [{ hook: this.#running, name: why.name, message: `It was cut short. ${why.message}` }];
  }

  #bindingOf(name: StepHookName): HookBinding | undefined {
    const { bindings, own } = this.#options;
    return bindings ? bindings[name] : own[name] && "own";
  }

  async #load(name: StepHookName, binding: HookBinding): Promise<Hook> {
    const { own, bundles } = this.#options;
    if (binding !== "own") return await loadHook(join(bundles, `${binding.codeHash}.mjs`));
    const hook = own[name];
    if (!hook) throw new TypeError("The step could not be loaded, and its hook with it.");
    return hook as Hook;
  }

  #argumentsOf(name: StepHookName, error: Error | undefined): unknown[] {
    const { context } = this.#options;
    return name === "onFailure" ? [error, context] : name === "onEnd" ? [context, error] : [context];
  }
}

/** The function that a bundle of a hook exports. */
export const loadHook = async (path: string): Promise<Hook> => {
  // The bundler names every entry `step`.
  const { step: hook } = (await import(pathToFileURL(path).href)) as { step?: unknown };
  if (typeof hook !== "function") throw new TypeError(`${path} exports no hook`);
  return hook as Hook;
};

const failureOf = (hook: StepHookName, thrown: unknown): HookFailure => {
  const { name, message, stack } = thrown instanceof StepFailure ? thrown.failure : thrownFailure(thrown);
  return { hook, name, message, ...(stack === undefined ? {} : { stack }) };
};
