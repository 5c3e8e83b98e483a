import { expect, test } from "vitest";
import { memoryUse } from "../../../bench/measure/memory.ts";

test("memory that rises and stays is flat", () => {
  expect(memoryUse([10, 200, 80, 80, 80, 80, 80, 80])).toEqual({ peak: 200, growth: 0 });
});

test("memory that goes on rising is not", () => {
  expect(memoryUse([10, 20, 30, 40, 50, 60, 70, 80]).growth).toBe(40);
});

test("a single sample shows no growth", () => {
  expect(memoryUse([5])).toEqual({ peak: 5, growth: 0 });
});
