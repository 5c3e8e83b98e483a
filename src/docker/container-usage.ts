import type Dockerode from "dockerode";
import * as z from "zod/mini";
import { dialStream } from "./dial-stream.ts";
import { jsonLines } from "./json-messages.ts";
import type { Cancellable, ContainerUsage } from "./port.ts";
import { asDockerError } from "./request-error.ts";

const Sample = z.object({
  memory_stats: z.optional(z.object({ usage: z.optional(z.number()), max_usage: z.optional(z.number()) })),
  cpu_stats: z.object({
    cpu_usage: z.object({ total_usage: z.number() }),
    throttling_data: z.optional(z.object({ throttled_time: z.optional(z.number()) })),
  }),
});

/** See `ContainerClient.usage`. */
export async function* watchUsage(
  docker: Dockerode,
  id: string,
  { signal }: Cancellable = {},
): AsyncGenerator<ContainerUsage> {
  const path = `/containers/${encodeURIComponent(id)}/stats`;
  try {
    const stats = await dialStream(docker, { method: "GET", path, query: { stream: 1 } }, signal);
    for await (const line of jsonLines(stats)) {
      // Whoever was held up finds several samples at once, and may have had enough at the first.
      signal?.throwIfAborted();
      const usage = usageIn(line);
      if (usage) yield usage;
    }
  } catch (cause) {
    throw asDockerError("read the usage of container", id, cause, signal);
  }
}

/**
 * What a sample says; undefined where it is of a container that does not run, which the engine samples on, as zeros.
 * Control groups of version 1 know the highest use since the start (`max_usage`), those of version 2 tell what is used now.
 */
export const usageIn = (line: unknown): ContainerUsage | undefined => {
  const { memory_stats: memory = {}, cpu_stats: cpu } = Sample.parse(line);
  if (cpu.cpu_usage.total_usage === 0) return undefined;
  const memoryBytes = Math.max(memory.max_usage ?? 0, memory.usage ?? 0);
  const throttled = cpu.throttling_data?.throttled_time;
  return {
    ...(memoryBytes > 0 && { memoryBytes }),
    cpuNanoseconds: cpu.cpu_usage.total_usage,
    ...(throttled !== undefined && { throttledNanoseconds: throttled }),
  };
};
