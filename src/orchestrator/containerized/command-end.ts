import type { ContainerEngine, ContainerUsage, ExitState } from "../../docker/port.ts";
import type { Usage } from "../../model/index.ts";
import type { Running } from "./attempt-end.ts";

export interface CommandEnd {
  readonly exit: ExitState;
  readonly usage: Usage;
}

/**
 * Waits for the exit of a container with nothing of ours in it, and follows meanwhile what it uses: the engine's samples
 * are all that there is, and after the exit they are gone. Rejects as `ended` does.
 */
export const commandEnd = async (
  { containers }: Pick<ContainerEngine, "containers">,
  { id, ended }: Pick<Running, "id" | "ended">,
): Promise<CommandEnd> => {
  const begun = performance.now();
  const over = new AbortController();
  const seen: Seen = { usage: undefined };
  void follow(containers.usage(id, { signal: over.signal }), seen);
  try {
    const exit = await ended;
    // Since this process follows it, which may not have been from its start.
    const followed = (performance.now() - begun) / 1000;
    return { exit, usage: { ...usageOf(seen.usage), wallSeconds: rounded(exit.ranSeconds ?? followed) } };
  } finally {
    over.abort();
  }
};

interface Seen {
  usage: ContainerUsage | undefined;
}

/** Keeps the highest in `seen`. Never rejects: the step does not depend on it, and what was seen until then is true. */
const follow = async (samples: AsyncIterable<ContainerUsage>, seen: Seen): Promise<void> => {
  try {
    for await (const sample of samples) seen.usage = highest(seen.usage, sample);
  } catch {
    // Ended by us, or for want of an engine, which `ended` tells.
  }
};

/** All but the memory only grow. */
const highest = (before: ContainerUsage | undefined, now: ContainerUsage): ContainerUsage => {
  const memoryBytes = Math.max(before?.memoryBytes ?? 0, now.memoryBytes ?? 0);
  return { ...now, ...(memoryBytes > 0 && { memoryBytes }) };
};

const usageOf = (seen: ContainerUsage | undefined): Omit<Usage, "wallSeconds"> => {
  if (!seen) return {};
  const { memoryBytes, cpuNanoseconds, throttledNanoseconds } = seen;
  return {
    ...(memoryBytes !== undefined && { peakMemoryBytes: memoryBytes }),
    cpuSeconds: rounded(cpuNanoseconds / 1e9),
    ...(throttledNanoseconds !== undefined && { throttledSeconds: rounded(throttledNanoseconds / 1e9) }),
  };
};

/** To the millisecond. */
const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
