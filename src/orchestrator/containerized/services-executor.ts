import type { ContainerEngine } from "../../docker/port.ts";
import { isEngineGone } from "../../errors/engine-gone.ts";
import { isStepdockError } from "../../errors/error.ts";
import type { Invocation, StepResult } from "../../model/index.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepAdoption,
  StepCapacity,
  StepEnd,
  StepExecution,
  StepExecutor,
  StepPreparation,
} from "../../step-launcher/port.ts";
import type { Admission } from "./admission.ts";
import { whenAdmitted } from "./admit-step.ts";
import { type Attempt, neverStarted } from "./attempt-end.ts";
import { isNetworkFailure } from "./hints.ts";
import { LABEL } from "./labels.ts";
import { asFailure, SERVICE_FAILED, ServiceFailure } from "./service-end.ts";
import { type GroupOptions, ServiceGroup } from "./service-group.ts";
import { servicesOf } from "./service-spec.ts";

export interface ServicesExecutorOptions extends GroupOptions {
  /** That of `executor`. */
  readonly admission: Admission;
}

/**
 * Executes steps as `executor` does, with their services beside each attempt: a network and containers of its own, ready
 * before the step is begun, removed when its process has ended. Owns `executor`. Dispose it at the end: whatever is still
 * there is removed.
 */
export class ServicesExecutor implements StepExecutor, AsyncDisposable {
  readonly #executor: StepExecutor & AsyncDisposable;
  readonly #options: ServicesExecutorOptions;
  /** Those that are not known to be gone. */
  readonly #groups = new Set<ServiceGroup>();

  constructor(executor: StepExecutor & AsyncDisposable, options: ServicesExecutorOptions) {
    this.#executor = executor;
    this.#options = options;
  }

  environmentOf(invocation: Invocation): Promise<EnvironmentIdentity> {
    return this.#executor.environmentOf(invocation);
  }

  /** Where it has services, its network is made with them. */
  get capacity(): StepCapacity | undefined {
    return this.#executor.capacity;
  }

  async prepare(preparation: StepPreparation): Promise<void> {
    if (!servicesOf(preparation)) await this.#executor.prepare?.(preparation);
  }

  async unprepare(stepRunId: string): Promise<void> {
    await this.#executor.unprepare?.(stepRunId);
  }

  async execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    if (!servicesOf(execution)) return await this.#executor.execute(execution, signals);
    // A further attempt may have to wait for more memory: no service is up for that long.
    const work = () => this.#executeWithServices(execution, signals);
    return await whenAdmitted(this.#options.admission, execution, signals, work);
  }

  /** The services that the dead orchestrator started are left as they are until the attempt has ended. */
  async adopt(adoption: StepAdoption, signals: ExecutionSignals): Promise<StepEnd | undefined> {
    if (!servicesOf(adoption)) return await this.#executor.adopt?.(adoption, signals);
    const group = this.#open(adoption);
    try {
      await group.adopt();
      const end = await this.#executor.adopt?.(adoption, signals);
      if (end) return await this.#until(end, group, adoption);
      await this.#close(group);
      return undefined;
    } catch (error) {
      await this.#abandon(group);
      throw error;
    }
  }

  async discard(stepRunId: string): Promise<void> {
    await this.#executor.discard?.(stepRunId);
    await removeNetworks(this.#options.engine, { [LABEL.stepRunId]: stepRunId });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#executor[Symbol.asyncDispose]();
    await Promise.all([...this.#groups].map((group) => this.#close(group)));
  }

  async #executeWithServices(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const group = this.#open(execution);
    try {
      return await this.#until(await this.#executeBeside(group, execution, signals), group, execution);
    } catch (error) {
      await this.#abandon(group);
      throw error;
    }
  }

  async #executeBeside(
    group: ServiceGroup,
    execution: StepExecution,
    signals: ExecutionSignals,
  ): Promise<StepEnd> {
    const failure = await whyNotStarted(group, signals.signal);
    if (signals.signal.aborted) return neverStarted(execution);
    return failure
      ? asFailed(neverStarted(execution), failure)
      : await this.#executor.execute(inNetwork(execution, group.network), signals);
  }

  #open(attempt: Attempt): ServiceGroup {
    const group = new ServiceGroup(this.#options, attempt);
    this.#groups.add(group);
    return group;
  }

  async #close(group: ServiceGroup): Promise<void> {
    await group[Symbol.asyncDispose]();
    this.#groups.delete(group);
  }

  /** The fault that led here is the one to tell. */
  async #abandon(group: ServiceGroup): Promise<void> {
    await this.#close(group).catch(() => {});
  }

  /** They are there until the step's process is gone, and its slot is free when they are gone, too. */
  async #until({ result, released }: StepEnd, group: ServiceGroup, attempt: Attempt): Promise<StepEnd> {
    const ended = result.status === "completed" ? group.ended() : await group.endedByNow();
    const release = async () => {
      const { exitCode, warnings } = await released;
      const removal = await this.#close(group).then(
        () => [],
        (error: Error) => [error.message], // It stays in the set, and whoever disposes this is told.
      );
      const early = result.status === "completed" ? ended : [];
      return { exitCode, warnings: [...warnings, ...early, ...removal] };
    };
    return { result: withServiceHints(result, ended, attempt), released: release() };
  }
}

/** Undefined where all services are ready, or the run was stopped meanwhile. Throws what is no fault of a service. */
const whyNotStarted = async (
  group: ServiceGroup,
  signal: AbortSignal,
): Promise<ServiceFailure | undefined> => {
  try {
    await group.start(signal);
    return undefined;
  } catch (error) {
    if (signal.aborted && !isEngineGone(error)) return undefined;
    if (error instanceof ServiceFailure) return error;
    if (!isStepdockError(error) || isEngineGone(error)) throw error;
    return new ServiceFailure(`The services of the step could not be started: ${error.message}`);
  }
};

const inNetwork = (execution: StepExecution, network: string): StepExecution => {
  const { invocation } = execution;
  return { ...execution, invocation: { ...invocation, settings: { ...invocation.settings, network } } };
};

const asFailed = ({ result, released }: StepEnd, failure: ServiceFailure): StepEnd => ({
  result: { ...result, status: "failed", failure: asFailure(failure) },
  released,
});

/** What of a failure its services explain. */
const withServiceHints = (result: StepResult, ended: readonly string[], attempt: Attempt): StepResult => {
  if (result.status !== "failed" || result.failure.name === SERVICE_FAILED) return result;
  const { failure } = result;
  const names = Object.keys(servicesOf(attempt) ?? {}).join(", ");
  const isPrivate = attempt.invocation.settings.network !== "bridge";
  const hints = isPrivate && isNetworkFailure(failure) && ended.length === 0 ? [onlyServices(names)] : ended;
  if (hints.length === 0) return result;
  return { ...result, failure: { ...failure, message: [failure.message, ...hints].join("\n") } };
};

const onlyServices = (names: string): string =>
  `This step reaches nothing but its services, by their names (${names}), which is the default. ` +
  'If it needs more: `settings: { network: "bridge" }`.';

/** Removes networks that carry these labels; the containers in them are to be removed first. */
export const removeNetworks = async (
  { networks }: Pick<ContainerEngine, "networks">,
  labels: Readonly<Record<string, string>>,
): Promise<void> => {
  for (const { id } of await networks.list(labels)) await networks.remove(id);
};
