/** Numbers from 0 to 1 that a seed decides: mulberry32. */
export const randomFrom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

/** Busy for a number of rounds: the other process goes on meanwhile, and no timer decides for how long. */
export const spin = (rounds: number): number => {
  let state = 1;
  for (let round = 0; round < rounds; round += 1) state = Math.imul(state ^ round, 0x85ebca6b);
  return state;
};
