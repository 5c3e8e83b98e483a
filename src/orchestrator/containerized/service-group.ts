import { mkdir } from "node:fs/promises";
import type { ContainerEngine, NetworkRecord } from "../../docker/port.ts";
import type { ServiceSettings } from "../../model/index.ts";
import type { Attempt } from "./attempt-end.ts";
import { LABEL, type LabelFacts, stepLabels } from "./labels.ts";
import { ServiceContainer, type ServiceOptions } from "./service-container.ts";
import { serviceNetworkName, servicesOf } from "./service-spec.ts";

export interface GroupOptions {
  readonly engine: ContainerEngine;
  readonly workspaceId: string;
  readonly pidsLimit: number;
}

/** The services of one attempt with their network. Disposing it removes all of them. */
export class ServiceGroup implements AsyncDisposable {
  readonly #options: GroupOptions;
  readonly #attempt: Attempt;
  #networks: readonly NetworkRecord[] = [];
  readonly #services: ServiceContainer[] = [];

  constructor(options: GroupOptions, attempt: Attempt) {
    this.#options = options;
    this.#attempt = attempt;
  }

  /** What the containers of the attempt are to be attached to. */
  get network(): string {
    return serviceNetworkName(this.#facts);
  }

  /** Resolves when all services are ready; rejects with what the first one failed of. Dispose it in either case. */
  async start(signal: AbortSignal): Promise<void> {
    const { engine } = this.#options;
    await mkdir(this.#attempt.paths.services, { recursive: true });
    const internal = this.#attempt.invocation.settings.network !== "bridge";
    const network = { name: this.network, labels: stepLabels(this.#facts), internal };
    this.#networks = [await engine.networks.create(network)];
    for (const each of this.#settings) this.#services.push(await ServiceContainer.open(this.#of(each)));
    await this.#allReady(signal);
  }

  /** The first one that fails ends the wait for the others. */
  async #allReady(signal: AbortSignal): Promise<void> {
    const failing = new AbortController();
    const either = AbortSignal.any([signal, failing.signal]);
    const start = async (service: ServiceContainer) => {
      await service.start();
      await service.ready(either);
    };
    const fail = (error: unknown) => failing.abort(error);
    await Promise.all(this.#services.map((service) => start(service).catch(fail)));
    if (failing.signal.aborted) throw failing.signal.reason;
  }

  /** Takes over what the orchestrator that died has left. */
  async adopt(): Promise<void> {
    const { engine } = this.#options;
    const labels = { [LABEL.stepRunId]: this.#facts.stepRunId };
    this.#networks = await engine.networks.list(labels);
    const containers = await engine.containers.list(labels);
    for (const each of this.#settings) {
      const found = containers.find(({ labels }) => labels[LABEL.service] === each[0]);
      if (!found) continue;
      const service = await ServiceContainer.reopen(this.#of(each));
      this.#services.push(service);
      await service.adopt(found.id);
    }
  }

  /** What to say of services that ended before the step did, as far as this process was told. */
  ended(): readonly string[] {
    return this.#services.flatMap((service) => service.endedFailure()?.message ?? []);
  }

  /** The same, once the engine was asked: a step may see its service go before this process is told that it ended. */
  async endedByNow(): Promise<readonly string[]> {
    await Promise.all(this.#services.map((service) => service.untilTold()));
    return this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await settledAll(this.#services.map((service) => service[Symbol.asyncDispose]()));
    const { networks } = this.#options.engine;
    await settledAll(this.#networks.map(({ id }) => networks.remove(id)));
  }

  get #settings(): readonly (readonly [string, ServiceSettings])[] {
    return Object.entries(servicesOf(this.#attempt) ?? {});
  }

  get #facts(): LabelFacts {
    const { pipelineName, runId, stepRunId, invocationId } = this.#attempt.assignment;
    return { ...{ pipelineName, runId, stepRunId, invocationId }, workspaceId: this.#options.workspaceId };
  }

  #of([name, settings]: readonly [string, ServiceSettings]): ServiceOptions {
    const { engine, pidsLimit } = this.#options;
    const facts = { ...this.#facts, name, network: this.network, pidsLimit };
    return { engine, attempt: this.#attempt, settings, facts };
  }
}

/** As `Promise.all`, but nothing is under way any more when it rejects. */
const settledAll = async (work: readonly Promise<unknown>[]): Promise<void> => {
  await Promise.allSettled(work);
  await Promise.all(work);
};
