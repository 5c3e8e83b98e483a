import PQueue from "p-queue";
import type { Invocation } from "../model/index.ts";
import { assignOutputs } from "./assignment.ts";
import { environmentOf } from "./attempt-process.ts";
import type { StepExecutor, StepPreparation } from "./port.ts";
import { dropReservation, type Reservation, reserveAttempt } from "./reservation.ts";
import type { RunContext } from "./run-context.ts";

export interface PreparationsOptions {
  /** How many may be made ready at a time; a positive integer. */
  readonly concurrentStarts: number;
  /** Of the run. */
  readonly signal: AbortSignal;
}

interface Preparing {
  /** Undefined where it was cancelled before it began, or failed. Never rejects. */
  readonly reserved: Promise<Reservation | undefined>;
  begun: boolean;
  cancelled: boolean;
}

const FIRST = { attempt: 1, exchanges: true };

/**
 * First attempts that are made ready before it is known that they are needed: directories, and whatever the executor
 * does ahead. What nobody took is given up at the end.
 */
export class Preparations implements AsyncDisposable {
  readonly #context: RunContext;
  readonly #executor: StepExecutor;
  readonly #signal: AbortSignal;
  readonly #queue: PQueue;
  readonly #preparing = new Map<string, Preparing>();
  readonly #dropping = new Set<Promise<void>>();

  constructor(
    context: RunContext,
    executor: StepExecutor,
    { concurrentStarts, signal }: PreparationsOptions,
  ) {
    this.#context = context;
    this.#executor = executor;
    this.#signal = signal;
    this.#queue = new PQueue({ concurrency: concurrentStarts });
  }

  /** In the background; where it fails the attempt is made as if nothing had been tried. */
  prepare(invocation: Invocation): void {
    if (!this.#executor.prepare || this.#preparing.has(invocation.id)) return;
    const { promise: reserved, resolve } = Promise.withResolvers<Reservation | undefined>();
    const preparing: Preparing = { reserved, begun: false, cancelled: false };
    this.#preparing.set(invocation.id, preparing);
    void this.#queue.add(async () => {
      preparing.begun = true;
      if (preparing.cancelled) return resolve(undefined);
      const reservation = await this.#reserve(invocation);
      // Begun before anybody is told: who takes the reservation waits for the rest where it is needed.
      const prepared = reservation && this.#executor.prepare?.(this.#preparationOf(invocation, reservation));
      resolve(reservation);
      await prepared;
    });
  }

  /** What is made ready for the first attempt at an invocation, or about to be; undefined where it has to be made now. */
  async take(invocationId: string): Promise<Reservation | undefined> {
    const preparing = this.#preparing.get(invocationId);
    this.#preparing.delete(invocationId);
    // What has not begun waits for others that are needed later: making it anew is sooner.
    if (preparing?.begun === false) preparing.cancelled = true;
    return preparing?.begun ? await preparing.reserved : undefined;
  }

  /** The invocation is not going to be executed. */
  drop(invocationId: string): void {
    const preparing = this.#preparing.get(invocationId);
    if (!preparing) return;
    this.#preparing.delete(invocationId);
    const dropped = this.#giveUp(preparing);
    this.#dropping.add(dropped);
    // What fails is told at the end, by which it stays among those that are waited for.
    dropped.then(
      () => this.#dropping.delete(dropped),
      () => {},
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of [...this.#preparing.keys()]) this.drop(id);
    await Promise.all(this.#dropping);
  }

  async #reserve(invocation: Invocation): Promise<Reservation | undefined> {
    try {
      return await reserveAttempt(this.#context, invocation, FIRST);
    } catch {
      // A full disk, say: the attempt itself meets it again, and tells it under its own name.
      return undefined;
    }
  }

  #preparationOf(invocation: Invocation, { stepRunId, paths, uris }: Reservation): StepPreparation {
    const { run, snapshot } = this.#context;
    return {
      invocation,
      assignment: {
        ...{ pipelineName: snapshot.pipelineName, runId: run.id, stepRunId, invocationId: invocation.id },
        outputs: assignOutputs(invocation, uris),
      },
      paths,
      environment: environmentOf(this.#context, invocation),
      signal: this.#signal,
    };
  }

  async #giveUp(preparing: Preparing): Promise<void> {
    preparing.cancelled = true;
    const reservation = await preparing.reserved;
    if (!reservation) return;
    await this.#executor.unprepare?.(reservation.stepRunId);
    await dropReservation(this.#context, reservation);
  }
}
