import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readDays } from "../../../examples/seattle-weather/days.ts";
import { evaluateModel } from "../../../examples/seattle-weather/evaluation.ts";
import { makeExamples } from "../../../examples/seattle-weather/features.ts";
import { meanAbsoluteError, rootMeanSquaredError, skill } from "../../../examples/seattle-weather/metrics.ts";
import { changeOf } from "../../../examples/seattle-weather/models.ts";
import {
  fitNearestNeighbours,
  predictNearestNeighbours,
} from "../../../examples/seattle-weather/nearest-neighbours.ts";
import { fitRidge, predictRidge } from "../../../examples/seattle-weather/ridge.ts";

const HEAD = "date,precipitation,temp_max,temp_min,wind,weather";
const data = join(
  dirname(createRequire(import.meta.url).resolve("vega-datasets")),
  "../data/seattle-weather.csv",
);

describe("reading the weather", () => {
  test("gives four whole years of real days", () => {
    const days = readDays(readFileSync(data, "utf8"));
    expect(days).toHaveLength(1461);
    expect(days[0]).toMatchObject({ date: "2012-01-01", tempMax: 12.8, tempMin: 5 });
  });

  test.each([
    ["a missing number", "2012-01-01,,12.8,5.0,4.7,drizzle"],
    ["a kind of weather that there is not", "2012-01-01,0,12.8,5.0,4.7,frogs"],
    ["a night that is warmer than its day", "2012-01-01,0,5.0,12.8,4.7,sun"],
  ])("names the line of %s", (_, row) => {
    expect(() => readDays(`${HEAD}\n${row}\n`)).toThrow(/Line 2/);
  });

  test("names the line where a day is left out", () => {
    const rows = ["2012-01-01,0,12.8,5.0,4.7,sun", "2012-01-03,0,12.8,5.0,4.7,sun"];
    expect(() => readDays(`${HEAD}\n${rows.join("\n")}\n`)).toThrow(/Line 3/);
  });
});

describe("the models", () => {
  const features = Array.from({ length: 40 }, (_, index) => [
    Math.sin(index),
    Math.cos(index * 1.7),
    index / 10,
  ]);
  const truth = ([a = 0, b = 0, c = 0]: readonly number[]) => 3 * a - 2 * b + 0.5 * c + 7;

  test("ridge without a penalty finds a linear law, and with a large one gives the mean", () => {
    const targets = features.map(truth);
    const exact = fitRidge(features, targets, 0);
    for (const row of features) expect(predictRidge(exact, row)).toBeCloseTo(truth(row), 8);
    const blind = fitRidge(features, targets, 1e12);
    const mean = targets.reduce((a, b) => a + b) / targets.length;
    expect(predictRidge(blind, [9, 9, 9])).toBeCloseTo(mean, 4);
  });

  test("one nearest neighbour remembers, all of them give the mean", () => {
    const targets = features.map(truth);
    const row = features[5] ?? [];
    expect(predictNearestNeighbours(fitNearestNeighbours(features, targets, 1), row)).toBe(targets[5]);
    const mean = targets.reduce((a, b) => a + b) / targets.length;
    expect(predictNearestNeighbours(fitNearestNeighbours(features, targets, 40), row)).toBeCloseTo(mean, 8);
  });

  test("on the real data both beat saying that tomorrow is like today, on a year that they have not seen", () => {
    const examples = makeExamples(readDays(readFileSync(data, "utf8")));
    const train = examples.filter(({ date }) => date < "2015");
    const unseen = examples.filter(({ date }) => date >= "2015");
    const rows = train.map((example) => example.features);
    const changes = train.map(changeOf);
    const naive = evaluateModel({ kind: "persistence" }, unseen);
    expect(naive.mae).toBeCloseTo(2.24, 2);
    for (const model of [fitRidge(rows, changes, 3), fitNearestNeighbours(rows, changes, 20)]) {
      expect(evaluateModel(model, unseen).mae).toBeLessThan(naive.mae);
    }
  });
});

test("the metrics are what they are called", () => {
  expect(meanAbsoluteError([1, 2, 3], [2, 2, 1])).toBeCloseTo(1, 12);
  expect(rootMeanSquaredError([0, 0], [3, 4])).toBeCloseTo(Math.sqrt(12.5), 12);
  expect([skill(0, 2), skill(2, 2), skill(4, 2)]).toEqual([1, 0, -1]);
});
