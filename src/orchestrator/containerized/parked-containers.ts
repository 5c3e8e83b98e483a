import type { CreatedContainer, StartedContainer } from "../../docker/port.ts";
import type { BuiltImage, Invocation } from "../../model/index.ts";
import type { Admission } from "./admission.ts";
import { claimOf } from "./claims.ts";
import type { ParkedOutput } from "./parked-output.ts";

/** A container that runs, has its step loaded or loads it, and blocks on reading its assignment. */
export interface ParkedContainer {
  readonly image: BuiltImage;
  readonly created: CreatedContainer;
  readonly started: StartedContainer;
  readonly output: ParkedOutput;
}

interface Place {
  /** Undefined where it could not be made. Never rejects. */
  readonly container: Promise<ParkedContainer | undefined>;
  readonly invocationId: string;
  /** Whether it ended before anybody needed it. */
  isOver: boolean;
}

/** The containers of attempts that are likely to come, by step run. Who takes one disposes it. */
export class ParkedContainers {
  readonly #admission: Admission;
  readonly #places = new Map<string, Place>();

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  /** Parks what `make` makes, where there is memory for it; resolves when it is made, or was not. Never rejects. */
  async park(stepRunId: string, invocation: Invocation, make: () => Promise<ParkedContainer>): Promise<void> {
    const { id } = invocation;
    const { memoryBytes } = claimOf(invocation);
    if (!this.#admission.tryPark(id, memoryBytes, () => this.drop(stepRunId))) return;
    const container = make().catch(() => undefined);
    const place: Place = { container, invocationId: id, isOver: false };
    this.#places.set(stepRunId, place);
    const over = () => {
      place.isOver = true;
    };
    (await container)?.started.over.then(over, over);
  }

  /** The container of a step run, if it has one that still waits. */
  async take(stepRunId: string): Promise<ParkedContainer | undefined> {
    const place = this.#places.get(stepRunId);
    this.#places.delete(stepRunId);
    const container = await place?.container;
    if (place) this.#admission.unpark(place.invocationId);
    if (!place?.isOver) return container;
    // It ended on its own, or was removed: what the step comes to is for one to tell that is watched from its start.
    if (container) await remove(container);
    return undefined;
  }

  /** Never rejects. */
  async drop(stepRunId: string): Promise<void> {
    const container = await this.take(stepRunId);
    if (container) await remove(container);
  }

  async dropAll(): Promise<void> {
    await Promise.all([...this.#places.keys()].map((stepRunId) => this.drop(stepRunId)));
  }
}

/** Where it fails, whoever disposes all containers of the run is told of it: once, and in its place. */
const remove = async ({ created }: ParkedContainer): Promise<void> => {
  await Promise.resolve(created[Symbol.asyncDispose]()).catch(() => {});
};
