import type {
  ContainerEngine,
  ContainerRecord,
  ContainerSpec,
  CreatedContainer,
  OutputSink,
} from "../../docker/port.ts";
import { LABEL } from "./labels.ts";

/** The containers of one run that are not known to be gone. Disposing it removes them. */
export class StepContainers implements AsyncDisposable {
  readonly #engine: ContainerEngine;
  readonly #known = new Set<AsyncDisposable>();

  constructor(engine: ContainerEngine) {
    this.#engine = engine;
  }

  async create(spec: ContainerSpec, sink: OutputSink): Promise<CreatedContainer> {
    const created = await this.#engine.containers.create(spec, sink);
    this.#known.add(created);
    return created;
  }

  add(container: AsyncDisposable): void {
    this.#known.add(container);
  }

  /** Of an attempt, also of one of another process. */
  listOf(stepRunId: string): Promise<ContainerRecord[]> {
    return this.#engine.containers.list({ [LABEL.stepRunId]: stepRunId });
  }

  /** The fault that led here is the one to tell: where the engine is gone, so is the way to remove a container. */
  async abandon(container: AsyncDisposable): Promise<void> {
    this.#known.delete(container);
    await Promise.resolve(container[Symbol.asyncDispose]()).catch(() => {});
  }

  /** In the background, but not before the outcome is recorded: a crash before that finds the container. */
  remove(container: AsyncDisposable, published: Promise<void>): void {
    const removed = published.then(() => container[Symbol.asyncDispose]());
    // Where it fails the container stays in the set, and whoever disposes this is told.
    removed.then(
      () => this.#known.delete(container),
      () => {},
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#known].map((container) => container[Symbol.asyncDispose]()));
  }
}
