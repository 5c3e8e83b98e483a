import * as z from "zod/mini";

const MEMORY = /^\d{1,15}(\.\d{1,15})?\s*(KB|MB|GB|TB|PB|KiB|MiB|GiB|TiB|PiB)$/;

/** Number and unit, KB to PB (powers of 1000) or KiB to PiB (powers of 1024): `512MB`, `2GiB`. */
export const Memory = z.string().check(z.regex(MEMORY, "must be a number and a unit, such as 512MB or 2GiB"));

/** Enforced limits of a step's container; ZenML's `ResourceSettings`. Not part of any key. */
export const ResourceSettings = z.strictObject({
  /** CPUs; fractions are fine. */
  cpuCount: z.optional(z.number().check(z.gte(0.01, "must be 0.01 or more"))),
  memory: z.optional(Memory),
  /** GPUs of the engine that the step is given; needs NVIDIA's container runtime there. */
  gpuCount: z.optional(z.int().check(z.nonnegative())),
});
export type ResourceSettings = z.infer<typeof ResourceSettings>;
