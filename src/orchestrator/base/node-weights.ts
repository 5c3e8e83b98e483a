import type { Weights } from "../../dag/dag-plan.ts";
import type { Invocation } from "../../model/index.ts";

/**
 * How long each invocation is expected to take, in seconds. One without a duration of its own counts as the mean of the
 * known ones of its step, else as the mean of all known ones, else as 1.
 *
 * @param durations of earlier runs, by invocation: see `MetadataStore.stepDurations`
 */
export const weightsOf = (
  invocations: Readonly<Record<string, Pick<Invocation, "id" | "stepName">>>,
  durations: Readonly<Record<string, number>>,
): Weights => {
  const known = Object.values(invocations).filter(({ id }) => Object.hasOwn(durations, id));
  const all = meanOf(known.map(({ id }) => durations[id] ?? 0)) ?? 1;
  const byStep = new Map(
    [...Map.groupBy(known, ({ stepName }) => stepName)].map(([stepName, same]) => [
      stepName,
      meanOf(same.map(({ id }) => durations[id] ?? 0)),
    ]),
  );
  return Object.fromEntries(
    Object.values(invocations).map(({ id, stepName }) => {
      const own = Object.hasOwn(durations, id) ? durations[id] : undefined;
      return [id, own ?? byStep.get(stepName) ?? all];
    }),
  );
};

const meanOf = (numbers: readonly number[]): number | undefined =>
  numbers.length === 0 ? undefined : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
