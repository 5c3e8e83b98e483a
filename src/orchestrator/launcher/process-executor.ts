import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StepLog } from "../../logging/step-log.ts";
import type { Build, Invocation, StepResult } from "../../model/index.ts";
import { toldAssignment } from "../../step-launcher/assignment.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepEnd,
  StepExecution,
  StepExecutor,
} from "../../step-launcher/port.ts";
import { StepEntrypointConfiguration } from "../../step-runner/step-entrypoint-configuration.ts";
import { processEnvironment } from "../base/process-environment.ts";
import { firstOf, type Running } from "../containerized/attempt-end.ts";
import { explainEnd } from "../containerized/explain-end.ts";
import { stopOn } from "../containerized/stop-on.ts";
import { releaseOf } from "../containerized/until-gone.ts";
import { StepProcess } from "../processes/step-process.ts";

export interface ProcessExecutorOptions {
  /** Path of the entrypoint. */
  readonly entrypoint: string;
  /** Where bundles are looked for, in this order. */
  readonly bundles: readonly string[];
  readonly snapshotId: string;
  /** Says what images the steps run in; undefined: they run in this machine's own environment. */
  readonly build: Build | undefined;
}

/** Seconds between SIGTERM and SIGKILL; half of what Docker and Kubernetes give the container itself, or less. */
const GRACE = 5;

/**
 * Executes each attempt in a process of its own, of the same entrypoint that step containers run: whatever the user's code
 * does to its process, the one that writes the records lives on.
 */
export class ProcessExecutor implements StepExecutor {
  readonly #options: ProcessExecutorOptions;

  constructor(options: ProcessExecutorOptions) {
    this.#options = options;
  }

  async environmentOf({ id }: Invocation): Promise<EnvironmentIdentity> {
    const image = this.#imageOf(id);
    if (!image) return processEnvironment();
    return { key: image.environmentKey, ingredients: image.ingredients ?? {} };
  }

  async execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const { invocation, log } = execution;
    const image = this.#imageOf(invocation.id)?.reference;
    await execution.assigned(image === undefined ? {} : { image });
    const started = await this.#start(execution, log);
    const stopping = stopOn(started, invocation.stopGracePeriod ?? GRACE, signals);
    try {
      started.tell(JSON.stringify(toldAssignment(execution)));
      const result = (await firstOf(execution, started)) ?? (await explain(execution, started, signals));
      return { result, released: releaseOf(started, result).finally(() => stopping.cancel()) };
    } catch (error) {
      stopping.cancel();
      await started.kill();
      throw error;
    }
  }

  #imageOf(id: string) {
    const { build } = this.#options;
    return build?.images[build.invocations[id] ?? -1];
  }

  #start(execution: StepExecution, log: StepLog): Promise<StepProcess> {
    const environment = { ...process.env, ...execution.environment };
    const entry = [this.#options.entrypoint, ...this.#arguments(execution)];
    return StepProcess.start({ arguments: entry, environment, watched: false }, log);
  }

  #arguments({ invocation }: StepExecution): string[] {
    const { bundles, snapshotId } = this.#options;
    const places = bundles.map((directory) => join(directory, `${invocation.codeHash}.mjs`));
    const source = places.find((path) => existsSync(path)) ?? places[0];
    return StepEntrypointConfiguration.getEntrypointArguments({
      ...{ stepName: invocation.id, snapshotId, stepSource: `${source}#step`, assignment: "-" },
    });
  }
}

const explain = async (
  { assignment, log, invocation }: StepExecution,
  running: Running,
  { signal }: ExecutionSignals,
): Promise<StepResult> => {
  const failure = explainEnd({
    exit: await running.ended,
    memoryLimit: invocation.settings.resources?.memory,
    stopped: signal.aborted,
    tail: log.tail,
  });
  return { formatVersion: 1, stepRunId: assignment.stepRunId, status: "failed", failure };
};
