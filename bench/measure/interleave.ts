/** Milliseconds of one run of a side. */
export type Timed = () => Promise<number>;

export interface Pair {
  readonly subject: number;
  readonly baseline: number;
}

/** Both sides in turn, the order of each pair the reverse of the one before it: what drifts falls on both alike. */
export const interleave = async (runs: number, subject: Timed, baseline: Timed): Promise<Pair[]> => {
  const pairs: Pair[] = [];
  for (let round = 0; round < runs; round += 1) pairs.push(await measurePair(round, subject, baseline));
  return pairs;
};

/** One pair; the baseline is the first in even rounds. */
export const measurePair = async (round: number, subject: Timed, baseline: Timed): Promise<Pair> => {
  if (round % 2 === 0) {
    const first = await baseline();
    return { baseline: first, subject: await subject() };
  }
  return { subject: await subject(), baseline: await baseline() };
};

export const ratiosOf = (pairs: readonly Pair[]): number[] =>
  pairs.map(({ subject, baseline }) => subject / baseline);

export const timed = async (work: () => unknown): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};
