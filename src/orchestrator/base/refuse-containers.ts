import type { Invocation, PipelineSnapshot } from "../../model/index.ts";
import { NotSupportedError } from "./errors.ts";

/** Who refuses: the name of its stack, and what it does with steps: `runs steps in this process`. */
export interface Refusal {
  readonly stack: string;
  readonly instead: string;
}

/**
 * Refuses what only an engine can do: container steps, and steps with services; but not those of a step operator.
 *
 * @throws NotSupportedError that names the steps and the way out
 */
export const refuseContainers = (refusal: Refusal, { invocations }: PipelineSnapshot): void => {
  const own = Object.values(invocations).filter(({ stepOperator }) => stepOperator === undefined);
  refuse(refusal, own, ({ container }) => container !== undefined, ["a container step", "container steps"]);
  refuse(refusal, own, ({ settings }) => settings.services !== undefined, [
    "a step with services",
    "steps with services",
  ]);
};

const refuse = (
  { stack, instead }: Refusal,
  invocations: readonly Invocation[],
  isRefused: (invocation: Invocation) => boolean,
  [one, many]: readonly [one: string, many: string],
): void => {
  const ids = invocations.filter(isRefused).map(({ id }) => `"${id}"`);
  if (ids.length === 0) return;
  throw new NotSupportedError(
    `Stack "${stack}" ${instead}, and ${ids.join(", ")} ${ids.length === 1 ? `is ${one}, which needs` : `are ${many}, which need`} ` +
      "an engine. Run on the stack local_docker, the default: leave out --stack, or give --stack local_docker. " +
      'Or have a step operator execute it: `stepOperator: "docker"`.',
  );
};
