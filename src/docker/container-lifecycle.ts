import type Dockerode from "dockerode";
import { ContainerRemovedError, createError, startError } from "./container-errors.ts";
import { readExitState } from "./container-exit.ts";
import { type ContainerLinks, openLinks } from "./container-links.ts";
import { createOptions } from "./container-options.ts";
import { removeContainer } from "./container-removal.ts";
import { resizerOf, stopperOf } from "./container-stop.ts";
import { abortOption } from "./get-json.ts";
import type {
  Cancellable,
  ContainerSpec,
  CreatedContainer,
  ExitState,
  OutputSink,
  StartedContainer,
} from "./port.ts";
import { asDockerError } from "./request-error.ts";

/** See `ContainerClient.create`. Where it fails after the engine made the container, that is removed first. */
export const createContainer = async (
  docker: Dockerode,
  spec: ContainerSpec,
  sink: OutputSink,
  { signal }: Cancellable = {},
): Promise<CreatedContainer> => {
  const id = await requestCreate(docker, spec, signal);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => removeContainer(docker, id));
  try {
    const links = cleanup.use(
      await openLinks(docker, { id, stdin: spec.stdin, tty: spec.tty }, sink, signal),
    );
    signal?.throwIfAborted();
    const isLimited = spec.memoryBytes !== undefined;
    return new AttachedContainer({
      ...{ docker, id, image: spec.image, links, isLimited, cleanup: cleanup.move() },
    });
  } catch (cause) {
    throw asDockerError("attach to container", id, cause, signal);
  }
};

/**
 * Not abortable midway: an engine that is hung up on makes the container all the same, and nobody would know its id.
 * Query and body are told apart, or dockerode puts the whole environment into the URL as well.
 */
const requestCreate = async (
  docker: Dockerode,
  spec: ContainerSpec,
  signal: AbortSignal | undefined,
): Promise<string> => {
  const request: object = {
    _query: spec.name === undefined ? {} : { name: spec.name },
    _body: createOptions(spec),
  };
  try {
    signal?.throwIfAborted();
    const { id } = await docker.createContainer(request);
    return id;
  } catch (cause) {
    throw createError(spec, cause, signal);
  }
};

interface Attached {
  readonly docker: Dockerode;
  readonly id: string;
  readonly image: string;
  readonly links: ContainerLinks;
  /** Whether its memory is. */
  readonly isLimited: boolean;
  /** Cuts the links, then removes the container. */
  readonly cleanup: AsyncDisposable;
}

class AttachedContainer implements CreatedContainer {
  readonly #attached: Attached;
  #disposal: PromiseLike<void> | undefined;

  constructor(attached: Attached) {
    this.#attached = attached;
  }

  get id(): string {
    return this.#attached.id;
  }

  async start({ signal }: Cancellable = {}): Promise<StartedContainer> {
    const { docker, id, image, links } = this.#attached;
    try {
      await docker.getContainer(id).start(abortOption(signal));
    } catch (cause) {
      throw startError(id, image, cause, signal);
    }
    const ended = this.#end();
    // A container may be disposed without anybody asking how it ended: that is no unhandled rejection.
    ended.catch(() => {});
    const { stdin, exited: over } = links;
    return { id, stdin, ended, over, resize: resizerOf(docker, id), ...stopperOf(docker, id) };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    this.#disposal ??= this.#attached.cleanup[Symbol.asyncDispose]();
    return this.#disposal;
  }

  async #end(): Promise<ExitState> {
    const { docker, id, links, isLimited } = this.#attached;
    try {
      const [status] = await Promise.all([links.exited, links.drained]);
      // An inspect costs the engine some ms, and there is nothing more to know: only a limit has a child killed.
      if (status === 0 && !isLimited) return { exitCode: 0, oomKilled: false, error: "" };
      return await readExitState(docker, id);
    } catch (cause) {
      throw this.#disposal === undefined ? cause : new ContainerRemovedError(id, "us", { cause });
    }
  }
}
