import * as z from "zod/mini";

/** What an attempt used of its engine, by the kernel's own account; what the kernel does not tell is left out. */
export const Usage = z.object({
  /** Of all processes, with files in memory and what is cached of files on disk: what its limit is held against. */
  peakMemoryBytes: z.optional(z.number()),
  /** Of all processes, in all CPUs. */
  cpuSeconds: z.optional(z.number()),
  /** For how long its limit on CPUs held it up. */
  throttledSeconds: z.optional(z.number()),
  /** From its assignment to its result; of a container step from its start to its exit. */
  wallSeconds: z.number(),
});
export type Usage = z.infer<typeof Usage>;
