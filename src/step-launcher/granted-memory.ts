import type { Invocation } from "../model/index.ts";
import type { RunContext } from "./run-context.ts";

/**
 * An invocation as one attempt at it gets it: with its memory limit times `memoryFactor` for each earlier attempt of the
 * run that ran out of memory.
 */
export const withGrantedMemory = async (
  { metadata, run }: Pick<RunContext, "metadata" | "run">,
  invocation: Invocation,
  attempt: number,
): Promise<Invocation> => {
  const { memoryFactor = 1 } = invocation.retry ?? {};
  const { resources } = invocation.settings;
  if (memoryFactor === 1 || attempt === 1 || resources?.memory === undefined) return invocation;
  const outOfMemory = (await metadata.listStepRuns(run.id)).filter(
    (step) =>
      step.invocationId === invocation.id && step.attempt < attempt && step.failure?.kind === "out_of_memory",
  );
  const memory = multiplied(resources.memory, memoryFactor ** outOfMemory.length);
  return { ...invocation, settings: { ...invocation.settings, resources: { ...resources, memory } } };
};

/** `512MB` twice is `1024MB`: in the unit that the user chose, to three decimals. */
const multiplied = (memory: string, factor: number): string =>
  memory.replace(/^[\d.]+/, (amount) => String(Number((Number(amount) * factor).toFixed(3))));
