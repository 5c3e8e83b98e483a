import { StepdockError } from "../../errors/error.ts";
import type { Invocation } from "../../model/index.ts";
import { formatBytes, parseBytes } from "../../util/bytes.ts";
import type { Claim } from "./admission.ts";

/** A step asks for more than the engine has, or for what it cannot give. */
export class ResourcesError extends StepdockError {
  readonly code = "resources_exceeded";
}

/** What a parked Node with its step takes. */
const UNLIMITED_BYTES = 64 * 1024 * 1024;

/** What a step counts for: its limits. One without a limit on memory counts a little, and without one on CPUs nothing. */
export const claimOf = ({ settings: { resources = {} } }: Pick<Invocation, "settings">): Claim => ({
  memoryBytes: resources.memory === undefined ? UNLIMITED_BYTES : parseBytes(resources.memory),
  cpus: resources.cpuCount ?? 0,
});

/** What of the invocation's claim the engine does not have at all; undefined where it has enough. */
export const neverFits = (
  { id, settings: { resources = {} } }: Pick<Invocation, "id" | "settings">,
  capacity: Claim,
): string | undefined => {
  const { memory, cpuCount } = resources;
  const excess = [
    ...(memory !== undefined && parseBytes(memory) > capacity.memoryBytes
      ? [`${memory} of memory, and the engine has ${formatBytes(capacity.memoryBytes)}`]
      : []),
    ...(cpuCount !== undefined && cpuCount > capacity.cpus
      ? [`${cpuCount} CPUs, and the engine has ${capacity.cpus}`]
      : []),
  ];
  return excess.length === 0 ? undefined : `Step "${id}" asks for ${excess.join("; and for ")}.`;
};

export interface Offer extends Claim {
  readonly hasGpuRuntime: boolean;
}

/** @throws ResourcesError that names each step that can never run on the engine, what it asks for, and what there is */
export const checkClaims = (invocations: readonly Invocation[], engine: Offer): void => {
  const problems = invocations.flatMap((invocation) => {
    const excess = neverFits(invocation, engine);
    const asksForGpu = (invocation.settings.resources?.gpuCount ?? 0) > 0;
    return [...(excess ? [excess] : []), ...(asksForGpu && !engine.hasGpuRuntime ? [noGpu(invocation)] : [])];
  });
  if (problems.length === 0) return;
  throw new ResourcesError(
    `${problems.join("\n")}\nAsk for less in \`settings.resources\`, or give the engine more. Nothing was run.`,
  );
};

const noGpu = ({ id, settings: { resources } }: Invocation): string =>
  `Step "${id}" asks for ${resources?.gpuCount} GPU, and the engine has no runtime for GPUs: install NVIDIA's ` +
  "container toolkit on its host.";
