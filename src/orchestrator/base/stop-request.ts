import { readFileSync, rmSync, unwatchFile, watch, watchFile } from "node:fs";
import { join } from "node:path";
import type { ExecutionSignals } from "../../step-launcher/port.ts";
import { writeFileAtomic } from "../../util/write-atomic.ts";

/** How a run is asked to stop: its steps get their grace period, or are killed. */
export type StopKind = "graceful" | "force";

const fileOf = (directory: string): string => join(directory, "stop");

/** Asks whoever owns the run of this directory to stop it. */
export const requestStop = (directory: string, kind: StopKind): Promise<void> =>
  writeFileAtomic(fileOf(directory), kind);

export interface Passed extends Disposable {
  /** Resolves when the launchers were asked for the second time; rejects where they cannot be asked. */
  readonly letGo: Promise<void>;
}

/** Passes on whatever stops a run here to the launchers that work on it in other processes. */
export const passOn = ({ signal, killSignal }: ExecutionSignals, directory: string): Passed => {
  const { promise: letGo, resolve, reject } = Promise.withResolvers<void>();
  letGo.catch(() => {}); // told to whoever waits for it
  const watching = new DisposableStack();
  watching.use(whenAborted(signal, () => void requestStop(directory, "graceful").catch(reject)));
  watching.use(whenAborted(killSignal, () => void requestStop(directory, "force").then(resolve, reject)));
  return { letGo, [Symbol.dispose]: () => watching.dispose() };
};

const whenAborted = (signal: AbortSignal, act: () => void): Disposable => {
  if (signal.aborted) act();
  signal.addEventListener("abort", act, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", act) };
};

/** Takes a request back, or says that it was answered: whoever watches the directory sees it go. */
export const clearStopRequest = (directory: string): void => rmSync(fileOf(directory), { force: true });

export const readStopRequest = (directory: string): StopKind | undefined => {
  try {
    return readFileSync(fileOf(directory), "utf8") === "force" ? "force" : "graceful";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

/** Calls back with each request to stop, also with one that is there already. */
export const watchStopRequests = (directory: string, onRequest: (kind: StopKind) => void): Disposable => {
  const check = () => {
    const kind = readStopRequest(directory);
    if (kind) onRequest(kind);
  };
  const watching = watchDirectory(directory, check);
  check();
  return watching;
};

/** Milliseconds. */
const SECOND = 1000;

/** Calls back when something in a directory changed. Neither keeps a process alive. */
export const watchDirectory = (directory: string, onChange: () => void): Disposable => {
  try {
    const watcher = watch(directory, { persistent: false }, () => onChange());
    watcher.on("error", () => {}); // It was removed under us: nobody asks for anything there any more.
    return { [Symbol.dispose]: () => watcher.close() };
  } catch {
    // The machine has no watch left (ENOSPC, EMFILE), or none at all: then the file is looked at now and then.
    const file = fileOf(directory);
    watchFile(file, { persistent: false, interval: SECOND }, onChange);
    return { [Symbol.dispose]: () => unwatchFile(file, onChange) };
  }
};
