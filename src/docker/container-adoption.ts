import { addAbortListener } from "node:events";
import type Dockerode from "dockerode";
import * as z from "zod/mini";
import { followToExit, type LiveLinks, openLiveLinks, readWholeLog } from "./adopted-output.ts";
import { ContainerNotStartedError, ContainerRemovedError } from "./container-errors.ts";
import { readExitState } from "./container-exit.ts";
import { removeContainer } from "./container-removal.ts";
import { stopperOf } from "./container-stop.ts";
import { getJson } from "./get-json.ts";
import type { AdoptedContainer, AdoptedState, Cancellable, ExitState, OutputSink } from "./port.ts";
import { ReplayedSink } from "./replayed-sink.ts";
import { asDockerError, statusCodeOf } from "./request-error.ts";

const Inspected = z.object({
  Id: z.string(),
  State: z.object({
    Status: z.enum(["created", "running", "paused", "restarting", "exited", "removing", "dead"]),
    Error: z.string(),
  }),
});

interface Found {
  readonly docker: Dockerode;
  readonly id: string;
  readonly state: AdoptedState;
  /** The engine's words on a start that failed, '' if there is none. */
  readonly error: string;
}

/** See `ContainerClient.adopt`. */
export const adoptContainer = async (
  docker: Dockerode,
  id: string,
  sink: OutputSink,
  { signal }: Cancellable = {},
): Promise<AdoptedContainer | undefined> => {
  try {
    const found = await findContainer(docker, id, signal);
    return found && (await follow(found, new ReplayedSink(sink), signal));
  } catch (cause) {
    if (isGone(cause)) return undefined;
    throw asDockerError("adopt container", id, cause, signal);
  }
};

/** 409: its removal was begun. */
const isGone = (cause: unknown): boolean => [404, 409].includes(statusCodeOf(cause) ?? 0);

const findContainer = async (
  docker: Dockerode,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Found | undefined> => {
  signal?.throwIfAborted();
  const answer = await getJson(docker, `/containers/${encodeURIComponent(id)}/json`, { signal });
  const { Id, State } = Inspected.parse(answer);
  if (State.Status === "removing" || State.Status === "dead") return undefined;
  return { docker, id: Id, state: State.Status, error: State.Error };
};

const follow = async (found: Found, sink: ReplayedSink, signal?: AbortSignal): Promise<AdoptedContainer> => {
  const { docker, id, state } = found;
  const life = new AbortController();
  using cut = new DisposableStack();
  cut.defer(() => life.abort());
  using _forwarded = signal && addAbortListener(signal, () => life.abort(signal.reason));
  const runs = state !== "created" && state !== "exited";
  const live = runs ? await openLiveLinks(docker, id, life.signal) : undefined;
  signal?.throwIfAborted();
  cut.move();
  return new FollowedContainer(found, { live, sink, life });
};

interface Following {
  /** Undefined where the container does not run. */
  readonly live: LiveLinks | undefined;
  readonly sink: ReplayedSink;
  /** Aborting it cuts every connection. */
  readonly life: AbortController;
}

class FollowedContainer implements AdoptedContainer {
  readonly id: string;
  readonly state: AdoptedState;
  readonly ended: Promise<ExitState>;
  readonly stop: AdoptedContainer["stop"];
  readonly kill: AdoptedContainer["kill"];
  readonly #found: Found;
  readonly #following: Following;
  #removal: Promise<void> | undefined;

  constructor(found: Found, following: Following) {
    this.#found = found;
    this.#following = following;
    this.id = found.id;
    this.state = found.state;
    ({ stop: this.stop, kill: this.kill } = stopperOf(found.docker, found.id));
    this.ended = this.#end();
    // It may be disposed without anybody asking how it ended: that is no unhandled rejection.
    this.ended.catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  async #remove(): Promise<void> {
    this.#following.life.abort();
    await removeContainer(this.#found.docker, this.id);
  }

  async #end(): Promise<ExitState> {
    const { docker, state, error } = this.#found;
    const { live, sink, life } = this.#following;
    if (state === "created") throw new ContainerNotStartedError(this.id, error);
    try {
      if (live) await followToExit(this.id, live, sink);
      await readWholeLog({ docker, id: this.id }, sink, life.signal);
      return await readExitState(docker, this.id);
    } catch (cause) {
      throw this.#removal === undefined ? cause : new ContainerRemovedError(this.id, "us", { cause });
    }
  }
}
