import { expect, it } from "vitest";
import { severalAtATime } from "../../../src/artifact/several-at-a-time.ts";

const NUMBERS = Array.from({ length: 30 }, (_, index) => index);

it("returns the results in the order of the items, whenever they come", async () => {
  const doubled = await severalAtATime(NUMBERS, () => async (number) => {
    for (let turn = 0; turn < 30 - number; turn += 1) await Promise.resolve();
    return number * 2;
  });
  expect(doubled).toEqual(NUMBERS.map((number) => number * 2));
});

it("throws the first failure once nothing is under way, and begins nothing after it", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (number: number) => {
    begun.push(number);
    if (number === 3) throw new Error("three");
    await new Promise(setImmediate);
    ended.push(number);
  };
  await expect(severalAtATime(NUMBERS, () => work)).rejects.toThrow("three");
  expect(begun).toEqual(NUMBERS.slice(0, 8));
  expect(ended).toEqual(begun.filter((number) => number !== 3));
});
