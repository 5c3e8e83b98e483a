import { addAbortListener } from "node:events";
import type { Duplex, Writable } from "node:stream";
import type Dockerode from "dockerode";
import { attachOutput, attachStdin, stdinOf } from "./container-attach.ts";
import { drainOutput, drainTerminal, untilExit } from "./container-exit.ts";
import { armWait } from "./container-wait.ts";
import type { OutputSink } from "./port.ts";

/** The connections to one container. Disposing them cuts them, which `drained` and `exited` then reject with. */
export interface ContainerLinks extends Disposable {
  readonly stdin: Writable | undefined;
  /** All that it printed was given to the sink. */
  readonly drained: Promise<void>;
  /** It ran, and runs no more: the status that it exited with. Pending for ever if it is never started. */
  readonly exited: Promise<number>;
}

/** What `openLinks` needs to know of a container. */
export interface LinkTarget {
  readonly id: string;
  readonly stdin: boolean;
  readonly tty?: boolean | undefined;
}

/** Attaches, consumes the output at once, and arms the wait for the exit. `signal` counts until this resolves. */
export const openLinks = async (
  docker: Dockerode,
  { id, stdin: wantsStdin, tty = false }: LinkTarget,
  sink: OutputSink,
  signal?: AbortSignal,
): Promise<ContainerLinks> => {
  const life = new AbortController();
  using cut = new DisposableStack();
  cut.defer(() => life.abort());
  using _forwarded = signal && addAbortListener(signal, () => life.abort(signal.reason));
  const output = cut.adopt(await attachOutput(docker, id, life.signal), destroy);
  const drained = (tty ? drainTerminal : drainOutput)(id, output, sink);
  // Observed by `ended` only once it is started; until then a failure is nobody's.
  drained.catch(() => {});
  const input = wantsStdin ? cut.adopt(await attachStdin(docker, id, life.signal), destroy) : undefined;
  const wait = await armWait(docker, id, "next-exit", life.signal);
  const exited = untilExit(id, wait).finally(() => input?.destroy());
  exited.catch(() => {});
  const owned = cut.move();
  const stdin = input && stdinOf(input);
  return { stdin, drained, exited, [Symbol.dispose]: () => owned.dispose() };
};

const destroy = (connection: Duplex): void => {
  connection.destroy();
};
