import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactStore } from "../../artifact/port.ts";
import type { ExitState } from "../../docker/port.ts";
import type { Failure, Invocation, StepResult } from "../../model/index.ts";
import type { StepDefinition } from "../../pipeline/step.ts";
import type { ContainerSecrets, SecretFiles } from "../../secrets/secret-files.ts";
import type { ExecutionSignals, StepExecution } from "../../step-launcher/port.ts";
import { StepFailure, thrownFailure } from "../../step-runner/failures.ts";
import { StepRunner } from "../../step-runner/step-runner.ts";
import { replaceFile } from "../../util/write-atomic.ts";
import { captureInLog } from "../base/capture-output.ts";
import type { StepModules } from "../base/step-modules.ts";
import type { Attempt } from "./attempt-end.ts";
import type { CommandEnd } from "./command-end.ts";
import { stageInputs } from "./command-inputs.ts";
import { commandLine, commandVariables } from "./command-line.ts";
import { emptyValues, readOutputs, stageOutputs } from "./command-outputs.ts";
import { inputsOf, outputsOf } from "./command-paths.ts";
import type { CommandParts } from "./command-spec.ts";
import { explainCommandEnd } from "./explain-command-end.ts";
import { readResult } from "./read-result.ts";

export interface CommandStepsOptions {
  readonly modules: StepModules;
  readonly artifactStore: ArtifactStore;
  readonly secretFiles: Pick<SecretFiles, "write">;
}

/**
 * What stands in for our entrypoint where a step is a command in an image of somebody's: it makes files of the inputs,
 * and outputs of the files that the command left.
 */
export class CommandSteps {
  readonly #options: CommandStepsOptions;
  /** By step run, for as long as its command runs. */
  readonly #secrets = new Map<string, ContainerSecrets>();

  constructor(options: CommandStepsOptions) {
    this.#options = options;
  }

  /** Undefined for any other step. Why the step cannot begin is a failure of its own. */
  async prepare(execution: StepExecution): Promise<CommandParts | Failure | undefined> {
    if (!execution.invocation.container) return undefined;
    try {
      // What functions of the command print is nobody's: the log is the container's, byte for byte.
      return await captureInLog({ write: () => {} }, () => this.#prepare(execution));
    } catch (error) {
      return error instanceof StepFailure ? error.failure : thrownFailure(error);
    }
  }

  async #prepare({ invocation, assignment, paths, given }: StepExecution): Promise<CommandParts> {
    const definition = await this.#load(invocation);
    const container = definition.container ?? { command: [] };
    const staging = { assignment, store: this.#options.artifactStore };
    const ins = await stageInputs(definition, { ...staging, directory: inputsOf(paths) });
    const outs = await stageOutputs(definition, { ...staging, directory: outputsOf(paths) });
    const context = { inputs: ins.inputs, outputs: outs.outputs };
    const secrets = await this.#writeSecrets(assignment.stepRunId, given);
    return {
      entrypoint: container.entrypoint,
      command: commandLine(container, context),
      workdir: container.workdir,
      environment: { ...secrets.environment, ...commandVariables(context) },
      mounts: [...ins.mounts, ...outs.mounts, ...secrets.mounts],
    };
  }

  async #writeSecrets(stepRunId: string, given: StepExecution["given"]): Promise<ContainerSecrets> {
    await this.#removeSecrets(stepRunId);
    // Without uids the container's user is the image's, whoever that is.
    const anyUser = process.getuid === undefined;
    const secrets = await this.#options.secretFiles.write(stepRunId, given, { anyUser });
    this.#secrets.set(stepRunId, secrets);
    return secrets;
  }

  /** Those of a command whose orchestrator died go with the run. */
  async #removeSecrets(stepRunId: string): Promise<void> {
    await this.#secrets.get(stepRunId)?.[Symbol.asyncDispose]();
    this.#secrets.delete(stepRunId);
  }

  /** How an attempt ended, by its exit code and what it left. The result is on file before it is told. */
  async outcome(
    attempt: Attempt,
    { exit, usage }: CommandEnd,
    signals: ExecutionSignals,
  ): Promise<StepResult> {
    const { assignment, paths, log } = attempt;
    await log.caughtUp();
    const { stepRunId } = assignment;
    await this.#removeSecrets(stepRunId);
    // An orchestrator that died after this was written may have done all the rest, too.
    const told = await readResult(paths.exchange, { stepRunId });
    if ("result" in told) return told.result;
    const ended: StepResult =
      exit.exitCode === 0
        ? await captureInLog(log, () => this.#collect(attempt, signals))
        : { formatVersion: 1, stepRunId, status: "failed", failure: explain(attempt, exit, signals) };
    const result = { ...ended, usage };
    await replaceFile(join(paths.exchange, "result.json"), JSON.stringify(result));
    if (result.status === "completed") await removeFiles(paths);
    return result;
  }

  async #collect({ invocation, assignment, paths }: Attempt, signals: ExecutionSignals): Promise<StepResult> {
    const { modules, artifactStore: store } = this.#options;
    const { stepRunId } = assignment;
    try {
      const definition = await this.#load(invocation);
      const collecting = { assignment, store, directory: outputsOf(paths) };
      await emptyValues(definition, collecting);
      const reader = { ...definition, inputs: {}, run: () => readOutputs(definition, collecting) };
      const told = { log: console, signal: signals.signal, bundles: modules.directory };
      return await new StepRunner({ ...told, store, definition: reader }).run({ ...assignment, inputs: {} });
    } catch (error) {
      return { formatVersion: 1, stepRunId, status: "failed", failure: thrownFailure(error) };
    }
  }

  async #load(invocation: Invocation): Promise<StepDefinition> {
    const { modules } = this.#options;
    await modules.place([invocation.codeHash]);
    return await modules.load(invocation);
  }
}

const explain = ({ invocation, log }: Attempt, exit: ExitState, { signal }: ExecutionSignals): Failure => {
  const memoryLimit = invocation.settings.resources?.memory;
  const { image = "that was built" } = invocation.container ?? {};
  return explainCommandEnd({ exit, memoryLimit, stopped: signal.aborted, tail: log.tail }, image);
};

/** They are stored by now; those of a failed attempt stay, to be looked at. */
const removeFiles = async (paths: Attempt["paths"]): Promise<void> => {
  for (const directory of [inputsOf(paths), outputsOf(paths)])
    await rm(directory, { recursive: true, force: true });
};
