import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ArtifactStore } from "../../artifact/port.ts";
import {
  type Assignment,
  bundlesOfInvocation,
  type Failure,
  type Invocation,
  maskResult,
  type StepResult,
} from "../../model/index.ts";
import { isStep, STEP, type StepDefinition } from "../../pipeline/step.ts";
import { toldAssignment } from "../../step-launcher/assignment.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepEnd,
  StepExecution,
  StepExecutor,
} from "../../step-launcher/port.ts";
import { thrownFailure } from "../../step-runner/failures.ts";
import { HookRunner } from "../../step-runner/hook-runner.ts";
import { StepRunner } from "../../step-runner/step-runner.ts";
import { replaceFile } from "../../util/write-atomic.ts";
import { captureInLog } from "../base/capture-output.ts";
import { withEnvironment } from "./with-environment.ts";

export interface InProcessExecutorOptions {
  readonly bundles: ReadonlyMap<string, { readonly code: string }>;
  /** Where bundles are kept as files, so that they can be imported. */
  readonly bundlesPath: string;
  readonly artifactStore: ArtifactStore;
}

/** This process, as far as it belongs to a cache key. */
export const processEnvironment = (): EnvironmentIdentity => {
  const ingredients = { node: process.version, platform: `${process.platform} ${process.arch}` };
  return { key: `local ${ingredients.node} ${ingredients.platform}`, ingredients };
};

/** Executes steps in this process, from the same bundles that containers get. */
export class InProcessExecutor implements StepExecutor {
  readonly startsAtOnce = true;
  readonly #options: InProcessExecutorOptions;
  /** Code hash → its bundle as a file. */
  readonly #placed = new Map<string, Promise<void>>();

  constructor(options: InProcessExecutorOptions) {
    this.#options = options;
  }

  async environmentOf(): Promise<EnvironmentIdentity> {
    return processEnvironment();
  }

  async execute(execution: StepExecution, { signal }: ExecutionSignals): Promise<StepEnd> {
    const { given, log } = execution;
    const assignment = toldAssignment(execution);
    const variables = {
      ...execution.environment,
      ...(given.secretsAs === "environment" ? given.secrets : {}),
    };
    await execution.assigned({});
    const told = await captureInLog(log, () =>
      withEnvironment(variables, () => this.#run(execution.invocation, assignment, signal)),
    );
    const result = maskResult(Object.values(given.secrets ?? {}), told);
    await replaceFile(join(execution.paths.exchange, "result.json"), JSON.stringify(result));
    return { result, released: Promise.resolve({ exitCode: null, warnings: [] }) };
  }

  async #run(invocation: Invocation, assignment: Assignment, signal: AbortSignal): Promise<StepResult> {
    const { artifactStore: store, bundlesPath: bundles } = this.#options;
    const told = { store, bundles, log: console, signal };
    try {
      await this.#place(bundlesOfInvocation(invocation));
      const definition = await this.#load(invocation, assignment);
      const runner =
        definition && !assignment.hook
          ? new StepRunner({ ...told, definition })
          : new HookRunner({ ...told, definition });
      return await Promise.race([
        runner.run(assignment),
        whenAborted(signal).then(() => runner.cutShort(STOPPED)),
      ]);
    } catch (error) {
      const { stepRunId } = assignment;
      return { formatVersion: 1, stepRunId, status: "failed", failure: thrownFailure(error) };
    }
  }

  /** Undefined where hooks alone are to be called, and the step's module cannot be loaded. */
  async #load({ codeHash, source }: Invocation, { hook }: Assignment): Promise<StepDefinition | undefined> {
    try {
      const path = join(this.#options.bundlesPath, `${codeHash}.mjs`);
      const module = (await import(pathToFileURL(path).href)) as { step?: unknown };
      if (!isStep(module.step)) throw new TypeError(`the bundle of ${source} exports no step`);
      return module.step[STEP].definition;
    } catch (error) {
      if (hook) return undefined;
      throw error;
    }
  }

  async #place(hashes: readonly string[]): Promise<void> {
    for (const hash of hashes) {
      const placed = this.#placed.get(hash) ?? this.#write(hash);
      this.#placed.set(hash, placed);
      await placed;
    }
  }

  async #write(hash: string): Promise<void> {
    const { bundles, bundlesPath } = this.#options;
    const bundle = bundles.get(hash);
    if (!bundle) throw new TypeError(`there is no bundle ${hash}`);
    await mkdir(bundlesPath, { recursive: true });
    await replaceFile(join(bundlesPath, `${hash}.mjs`), bundle.code);
  }
}

/** A step in this process cannot be killed: the run goes on without it, and the process ends it at its own end. */
const STOPPED: Failure = {
  kind: "stopped",
  name: "StepStopped",
  message: "The step was stopped.",
  retryable: true,
};

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
