import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { ContainerEngine, ContainerHealth, CreatedContainer, ExitState } from "../../docker/port.ts";
import { isEngineGone } from "../../errors/engine-gone.ts";
import { isStepdockError } from "../../errors/error.ts";
import { adoptStepLog, openStepLog, type StepLog } from "../../logging/step-log.ts";
import type { ServiceSettings } from "../../model/index.ts";
import type { Attempt, Running } from "./attempt-end.ts";
import { serviceFailure } from "./service-end.ts";
import { type ServiceFacts, START_TIMEOUT, serviceSpec } from "./service-spec.ts";

/** Milliseconds between two looks at the health of a service. */
const LOOK = 100;

export interface ServiceOptions {
  readonly engine: ContainerEngine;
  readonly attempt: Attempt;
  readonly settings: ServiceSettings;
  readonly facts: ServiceFacts;
}

/** One service of one attempt. Disposing it kills and removes its container, and completes its log. */
export class ServiceContainer implements AsyncDisposable {
  readonly name: string;
  readonly #options: ServiceOptions;
  readonly #log: StepLog;
  #container: (AsyncDisposable & { readonly id: string }) | undefined;
  #running: Running | undefined;
  #exit: ExitState | undefined;

  private constructor(options: ServiceOptions, log: StepLog) {
    this.name = options.facts.name;
    this.#options = options;
    this.#log = log;
  }

  static async open(options: ServiceOptions): Promise<ServiceContainer> {
    return new ServiceContainer(options, await openStepLog({ path: logPath(options) }));
  }

  /** For one whose orchestrator died: its log goes on where it stopped. */
  static async reopen(options: ServiceOptions): Promise<ServiceContainer> {
    return new ServiceContainer(options, await adoptStepLog({ path: logPath(options) }));
  }

  /** Takes over the container that the dead orchestrator started, if it is still there. */
  async adopt(id: string): Promise<void> {
    const adopted = await this.#options.engine.containers.adopt(id, this.#log);
    this.#container = adopted;
    if (adopted && adopted.state !== "created") this.#follow(adopted);
  }

  /** @throws ServiceFailure */
  async start(): Promise<void> {
    const { engine, settings, facts } = this.#options;
    try {
      const created: CreatedContainer = await engine.containers.create(
        serviceSpec(settings, facts),
        this.#log,
      );
      this.#container = created;
      this.#follow(await created.start());
    } catch (error) {
      if (!isStepdockError(error) || isEngineGone(error)) throw error;
      throw this.#failure(`could not start: ${error.message.replace(/\.$/, "")}`);
    }
  }

  /** Resolves when it is healthy, or where nothing tells that, at once. @throws ServiceFailure */
  async ready(signal: AbortSignal): Promise<void> {
    const limit = performance.now() + this.#limit * 1000;
    for (;;) {
      const { status, running, output } = await this.#health();
      const ended = running ? undefined : await this.#end();
      if (ended) throw this.#failure(`${ended} before the step was started`);
      if (status === "none" || status === "healthy") return;
      if (status === "unhealthy") throw this.#failure(`is unhealthy${told(output)}`);
      if (performance.now() > limit) {
        throw this.#failure(`was not healthy within its startTimeout of ${this.#limit} s${told(output)}`);
      }
      await setTimeout(LOOK, undefined, { signal });
    }
  }

  /** What to say of one that has ended by itself. */
  whyEnded(): string | undefined {
    if (!this.#exit) return undefined;
    const { exitCode, oomKilled } = this.#exit;
    return `ended with exit code ${exitCode}${oomKilled ? ", out of memory," : ""}`;
  }

  /** Resolves at once while it runs; where it has ended, when this process was told how. */
  async untilTold(): Promise<void> {
    const { engine } = this.#options;
    // What cannot be asked has an end that the rest of the run tells, if anything does.
    const { running } = await engine.containers
      .health(this.#container?.id ?? "")
      .catch(() => ({ running: true }));
    if (!running) await this.#running?.ended.catch(() => {});
  }

  /** The end of it, with its last lines; undefined while it runs. */
  endedFailure(): Error | undefined {
    const ended = this.whyEnded();
    return ended === undefined ? undefined : this.#failure(`${ended} while the step ran`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _log = this.#log;
    await using _container = this.#container;
    // What it printed last is in its log when it has ended; what its end was, nobody asks any more.
    await this.#running?.kill().catch(() => {});
    await this.#running?.ended.catch(() => {});
  }

  async #end(): Promise<string | undefined> {
    await this.#running?.ended;
    return this.whyEnded();
  }

  get #limit(): number {
    return this.#options.settings.startTimeout ?? START_TIMEOUT;
  }

  async #health(): Promise<ContainerHealth> {
    const { engine } = this.#options;
    try {
      return await engine.containers.health(this.#container?.id ?? "");
    } catch (error) {
      if (!isStepdockError(error) || isEngineGone(error)) throw error;
      throw this.#failure(`cannot be asked for its health: ${error.message.replace(/\.$/, "")}`);
    }
  }

  #follow(running: Running): void {
    this.#running = running;
    running.ended.then(
      (exit) => {
        this.#exit = exit;
      },
      () => {}, // The engine is gone, or it was removed: whoever asks for its health is told.
    );
  }

  #failure(what: string): Error {
    const { settings, attempt } = this.#options;
    return serviceFailure({ name: this.name, image: settings.image, log: this.#log }, what, attempt);
  }
}

const logPath = ({ attempt, facts }: ServiceOptions): string =>
  join(attempt.paths.services, `${facts.name}.ndjson`);

const told = (output: string): string => (output === "" ? "" : `; its health check says: ${output}`);
