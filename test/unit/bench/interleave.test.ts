import { expect, test } from "vitest";
import { interleave, ratiosOf } from "../../../bench/measure/interleave.ts";

test("both sides run in turn, and each pair begins with the side that the one before ended with", async () => {
  const order: string[] = [];
  const side = (name: string, milliseconds: number) => async () => {
    order.push(name);
    return milliseconds;
  };
  const pairs = await interleave(3, side("subject", 6), side("baseline", 3));
  expect(order).toEqual(["baseline", "subject", "subject", "baseline", "baseline", "subject"]);
  expect(ratiosOf(pairs)).toEqual([2, 2, 2]);
});
