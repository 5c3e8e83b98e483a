import { pipeline, step } from "stepdock";
import * as z from "zod";
// vega-datasets does not list its data in its `exports`: hence the path. The text becomes part of the step's code.
import csv from "../../node_modules/vega-datasets/data/seattle-weather.csv";
import { Climatology, fitClimatology } from "./climatology.ts";
import { Day, readDays } from "./days.ts";
import { Evaluation, evaluateModel, Forecast, Score } from "./evaluation.ts";
import { Example, makeExamples } from "./features.ts";
import { changeOf, Model } from "./models.ts";
import { fitNearestNeighbours, NearestNeighbours } from "./nearest-neighbours.ts";
import { renderReport } from "./report.ts";
import { fitRidge, Ridge } from "./ridge.ts";
import { scoreTable } from "./score-table.ts";

export const loadWeather = step({
  name: "load_weather",
  outputs: { days: z.array(Day) },
  run: (_inputs, { log }) => {
    const days = readDays(csv);
    log.info(`${days.length} days from ${days[0]?.date} to ${days.at(-1)?.date}, all valid`);
    return { days };
  },
});

export const buildFeatures = step({
  name: "build_features",
  inputs: { days: z.array(Day) },
  outputs: { examples: z.array(Example) },
  run: ({ days }) => ({ examples: makeExamples(days) }),
});

/** Splits by time: a forecast may only learn from the past. */
export const split = step({
  name: "split",
  inputs: { examples: z.array(Example), testYear: z.int() },
  outputs: { train: z.array(Example).min(1), test: z.array(Example).min(1) },
  run: ({ examples, testYear }, { log }) => {
    const yearOf = ({ date }: Example) => Number(date.slice(0, 4));
    const train = examples.filter((example) => yearOf(example) < testYear);
    const test = examples.filter((example) => yearOf(example) === testYear);
    log.info(`${train.length} days to learn from, ${test.length} days of ${testYear} to test on`);
    return { train, test };
  },
});

export const trainClimatology = step({
  name: "train_climatology",
  inputs: { train: z.array(Example), window: z.int().nonnegative().default(10) },
  outputs: { model: Climatology },
  run: ({ train, window }) => ({ model: fitClimatology(train, window) }),
});

export const trainRidge = step({
  name: "train_ridge",
  inputs: { train: z.array(Example), lambda: z.number().nonnegative() },
  outputs: { model: Ridge },
  run: ({ train, lambda }) => ({
    model: fitRidge(
      train.map(({ features }) => features),
      train.map(changeOf),
      lambda,
    ),
  }),
});

export const trainNearestNeighbours = step({
  name: "train_neighbours",
  inputs: { train: z.array(Example), neighbours: z.int().positive() },
  outputs: { model: NearestNeighbours },
  run: ({ train, neighbours }) => ({
    model: fitNearestNeighbours(
      train.map(({ features }) => features),
      train.map(changeOf),
      neighbours,
    ),
  }),
});

export const evaluate = step({
  name: "evaluate",
  inputs: { model: Model, test: z.array(Example) },
  output: Evaluation,
  run: ({ model, test }, { log }) => {
    const evaluation = evaluateModel(model, test);
    log.info(`${evaluation.model} is off by ${evaluation.mae.toFixed(2)} °C on average`);
    return evaluation;
  },
});

export const compare = step({
  name: "compare",
  inputs: {
    persistence: Evaluation,
    climatology: Evaluation,
    ridge: Evaluation,
    nearestNeighbours: Evaluation,
  },
  outputs: { scores: z.array(Score), best: Score, forecast: Forecast },
  run: (evaluations, { log }) => {
    const ranked = Object.values(evaluations).sort((left, right) => left.rmse - right.rmse);
    const [best = evaluations.persistence] = ranked;
    for (const line of scoreTable(ranked)) log.info(line);
    return { scores: ranked, best, forecast: best.forecast };
  },
});

export const report = step({
  name: "report",
  inputs: {
    scores: z.array(Score),
    best: Score,
    forecast: Forecast,
    firstMonth: z.int().min(1).max(10).default(6),
  },
  outputs: { html: z.string() },
  run: (content) => ({ html: renderReport(content) }),
});

export const weather = pipeline({
  name: "seattle_weather",
  parameters: {
    testYear: z.int().default(2015),
    lambda: z.number().nonnegative().default(3),
    neighbours: z.int().positive().default(20),
  },
  define: ({ testYear, lambda, neighbours }) => {
    const { days } = loadWeather();
    const { examples } = buildFeatures({ days });
    const { train, test } = split({ examples, testYear });

    // Nothing here waits for its neighbour: the three train side by side.
    const climatology = trainClimatology({ train });
    const ridge = trainRidge({ train, lambda });
    const nearest = trainNearestNeighbours({ train, neighbours });

    const { scores, best, forecast } = compare({
      persistence: evaluate.with({ id: "evaluate_persistence" })({ model: { kind: "persistence" }, test }),
      climatology: evaluate.with({ id: "evaluate_climatology" })({ model: climatology.model, test }),
      ridge: evaluate.with({ id: "evaluate_ridge" })({ model: ridge.model, test }),
      nearestNeighbours: evaluate.with({ id: "evaluate_neighbours" })({ model: nearest.model, test }),
    });
    const { html } = report({ scores, best, forecast });
    return { best, metrics: scores, report: html };
  },
});
