import { AsyncLocalStorage } from "node:async_hooks";
import type { StepLog } from "../../logging/step-log.ts";

type StreamName = "stdout" | "stderr";
type Sink = (stream: StreamName, chunk: Buffer) => void;

/** Which step or hook the code that prints belongs to: several may run in this process at once. */
const current = new AsyncLocalStorage<Sink>();
let patched = false;

/** Runs `work`; what it prints goes to `sink` instead of this process's own streams. */
const captureOutput = <T>(sink: Sink, work: () => Promise<T>): Promise<T> => {
  if (!patched) patch();
  return current.run(sink, work);
};

const patch = (): void => {
  patched = true;
  patchStream("stdout");
  patchStream("stderr");
};

const patchStream = (name: StreamName): void => {
  const stream = process[name];
  const original = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const sink = current.getStore();
    if (!sink) return original(chunk, ...rest);
    const [encoding] = rest;
    sink(name, typeof chunk === "string" ? Buffer.from(chunk, encodingOf(encoding)) : Buffer.from(chunk));
    const done = rest.find((argument) => typeof argument === "function") as (() => void) | undefined;
    if (done) process.nextTick(done);
    return true;
  };
  stream.write = write as typeof stream.write;
};

const encodingOf = (value: unknown): BufferEncoding =>
  typeof value === "string" ? (value as BufferEncoding) : "utf8";

/** Runs `work` outside of any capture: for what the house itself prints meanwhile. */
const withoutCapture = <T>(work: () => T): T => current.exit(work);

/** Runs `work`; what it prints until it has ended goes to `log`. What it prints later, left behind, goes nowhere. */
export const captureInLog = async <T>(log: Pick<StepLog, "write">, work: () => Promise<T>): Promise<T> => {
  let [written, ended] = [Promise.resolve(), false];
  const sink: Sink = (stream, chunk) => {
    const write = ended ? undefined : withoutCapture(() => log.write(stream, chunk));
    if (write) written = written.then(() => write);
  };
  try {
    return await captureOutput(sink, work);
  } finally {
    ended = true;
    await written;
  }
};
