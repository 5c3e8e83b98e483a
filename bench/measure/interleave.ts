/** Milliseconds of one run of a side. */
export type Timed = () => Promise<number>;

export interface Pair {
  readonly subject: number;
  readonly baseline: number;
}

/** Both sides in turn, the order of each pair the reverse of the one before it: what drifts falls on both alike. */
export const interleave = async (runs: number, subject: Timed, baseline: Timed): Promise<Pair[]> => {
  const pairs: Pair[] = [];
  for (let run = 0; run < runs; run += 1) {
    const first = run % 2 === 0 ? await baseline() : await subject();
    const second = run % 2 === 0 ? await subject() : await baseline();
    pairs.push(run % 2 === 0 ? { baseline: first, subject: second } : { subject: first, baseline: second });
  }
  return pairs;
};

export const ratiosOf = (pairs: readonly Pair[]): number[] =>
  pairs.map(({ subject, baseline }) => subject / baseline);

export const timed = async (work: () => unknown): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};
