import { join } from "node:path";
import type { ExecutionSignals } from "../../step-launcher/port.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { watchStopRequests } from "../base/stop-request.ts";

/** What can stop a launch: the engine, with SIGTERM, and `stepdock stop` of whoever sees the same workspace. */
export const launchSignals = ({
  paths,
  run,
}: Pick<RunContext, "paths" | "run">): Disposable & { readonly signals: ExecutionSignals } => {
  const [stop, kill] = [new AbortController(), new AbortController()];
  const onSignal = () => stop.abort();
  const watching = watchStopRequests(join(paths.runs, run.id), (kind) => {
    stop.abort();
    if (kind === "force") kill.abort();
  });
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, onSignal);
  return {
    signals: { signal: stop.signal, killSignal: kill.signal },
    [Symbol.dispose]: () => {
      watching[Symbol.dispose]();
      for (const name of ["SIGTERM", "SIGINT"] as const) process.off(name, onSignal);
    },
  };
};
