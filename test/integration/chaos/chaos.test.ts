import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { wreakChaos } from "../../chaos/chaos.ts";

const KILLS = 6;

test(`${KILLS} kills at random instants lose nothing, repeat nothing, and leave nothing behind, with one step at a time, two and four`, {
  timeout: 600_000,
}, async () => {
  const seed = Number(process.env.STEPDOCK_TEST_SEED ?? randomInt(2 ** 31));
  const figures = await wreakChaos({ kills: KILLS, seed });
  console.log(`seed ${seed}`, figures);
  expect(figures.problems).toEqual([]);
  expect(figures.kills).toBeGreaterThan(KILLS / 2);
  expect(figures.resumes).toBeGreaterThan(0);
  expect(figures.concurrencies).toEqual([1, 2, 4]);
});
