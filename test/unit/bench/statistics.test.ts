import { expect, test } from "vitest";
import { median, noiseOf, quantile } from "../../../bench/measure/statistics.ts";

test("the median of an odd number of samples is the one in the middle, whatever their order", () => {
  expect(median([9, 1, 5])).toBe(5);
});

test("the median of an even number of samples lies between the two in the middle", () => {
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test("a quantile between two samples is interpolated", () => {
  expect(quantile([10, 20, 30, 40, 50], 0.1)).toBe(14);
});

test("noise is half of the interquartile range, so that one far sample does not count", () => {
  expect(noiseOf([1, 2, 3, 4, 5])).toBe(1);
  expect(noiseOf([1, 2, 3, 4, 500])).toBe(1);
});

test("one sample is its own median and has no noise", () => {
  expect([median([7]), noiseOf([7])]).toEqual([7, 0]);
});

test("there is no median of nothing", () => {
  expect(() => median([])).toThrow(RangeError);
});
