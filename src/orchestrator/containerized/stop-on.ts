import type { ExecutionSignals } from "../../step-launcher/port.ts";
import type { Running } from "./attempt-end.ts";

/** SIGTERM and a grace period, in seconds, on the first signal, SIGKILL on the second. */
export const stopOn = (
  started: Running,
  grace: number,
  { signal, killSignal }: ExecutionSignals,
): { cancel: () => void } => {
  const ignore = () => {}; // It may have ended meanwhile; how it did is told by `ended`.
  const stop = () => void started.stop(grace).catch(ignore);
  const kill = () => void started.kill().catch(ignore);
  signal.addEventListener("abort", stop, { once: true });
  killSignal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) stop();
  if (killSignal.aborted) kill();
  return {
    cancel: () => {
      signal.removeEventListener("abort", stop);
      killSignal.removeEventListener("abort", kill);
    },
  };
};
