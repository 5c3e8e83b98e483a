import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { ExitState } from "../../docker/port.ts";
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
import { firstOf, lateWarnings, type Running } from "../containerized/attempt-end.ts";
import { explainEnd } from "../containerized/explain-end.ts";
import { stopOn } from "../containerized/stop-on.ts";
import { untilGone } from "../containerized/until-gone.ts";

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
    const running = this.#start(execution, log);
    const stopping = stopOn(running, invocation.stopGracePeriod ?? GRACE, signals);
    const result = (await firstOf(execution, running)) ?? (await explain(execution, running, signals));
    const released = untilGone(running).then(({ exit, warnings }) => ({
      exitCode: exit.exitCode,
      warnings: warnings.length > 0 ? warnings : lateWarnings(exit, result),
    }));
    return { result, released: released.finally(() => stopping.cancel()) };
  }

  #imageOf(id: string) {
    const { build } = this.#options;
    return build?.images[build.invocations[id] ?? -1];
  }

  #start(execution: StepExecution, log: StepLog): Running {
    const child = spawn(process.execPath, [this.#options.entrypoint, ...this.#arguments(execution)], {
      env: { ...process.env, ...execution.environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { promise: ended, resolve, reject } = Promise.withResolvers<ExitState>();
    const drained = Promise.all([drain(child.stdout, "stdout", log), drain(child.stderr, "stderr", log)]);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      drained.then(() => resolve({ exitCode, oomKilled: false, error: "" }), reject);
    });
    child.stdin.on("error", () => {}); // It may be gone before it reads: its exit tells.
    child.stdin.write(`${JSON.stringify(toldAssignment(execution))}\n`);
    return { id: String(child.pid), ended, ...endings(child, ended) };
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

type Child = ReturnType<typeof spawn>;

const drain = async (
  output: NodeJS.ReadableStream,
  stream: "stdout" | "stderr",
  log: StepLog,
): Promise<void> => {
  for await (const chunk of output) await log.write(stream, chunk as Buffer);
};

const endings = (child: Child, ended: Promise<unknown>): Pick<Running, "stop" | "kill"> => ({
  stop: async (grace) => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), grace * 1000);
    await ended.finally(() => clearTimeout(timer));
  },
  kill: async () => void child.kill("SIGKILL"),
});

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
