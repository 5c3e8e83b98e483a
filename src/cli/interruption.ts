import { StepdockError } from "../errors/error.ts";

const HANDLED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A command was interrupted, and has taken back what it had begun. */
export class CommandInterruptedError extends StepdockError {
  readonly code = "interrupted";

  constructor(options?: ErrorOptions) {
    super("Interrupted. Nothing was changed.", options);
  }
}

/**
 * Does what can be given up: the first signal asks for that, the second ends this process at once.
 *
 * @throws CommandInterruptedError
 */
export const interruptible = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const name of HANDLED) process.once(name, interrupt);
  try {
    return await work(interruption.signal);
  } catch (cause) {
    throw interruption.signal.aborted ? new CommandInterruptedError({ cause }) : cause;
  } finally {
    for (const name of HANDLED) process.off(name, interrupt);
  }
};
