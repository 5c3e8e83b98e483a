import * as z from "zod/mini";

/** Settings of everything that runs steps in containers. */
export const containerLimits = {
  /** Seconds that a step has between SIGTERM and SIGKILL. */
  stopGracePeriod: z._default(z.number().check(z.nonnegative()), 10),
  /** Processes and threads that a step may have at once. */
  pidsLimit: z._default(z.int().check(z.positive()), 4096),
};
const ContainerLimits = z.object(containerLimits);
export type ContainerLimits = Readonly<z.infer<typeof ContainerLimits>>;

/** These of any component's configuration, which may have others, or none of them, or mean something else by them. */
export const limitsIn = (config: unknown): ContainerLimits =>
  z.safeParse(ContainerLimits, config).data ?? z.parse(ContainerLimits, {});
