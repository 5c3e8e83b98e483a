import { writeFile } from "node:fs/promises";
import { containerStep, directory, file, pipeline, step } from "stepdock";
import * as z from "zod";
// vega-datasets does not list its data in its `exports`: hence the path. The text becomes part of the step's code.
import csv from "../../node_modules/vega-datasets/data/seattle-weather.csv";
import { PACK } from "./pack.ts";
import { renderReport } from "./report.ts";
import { Listing, Model } from "./shapes.ts";

const Weather = file({ name: "weather.csv", mediaType: "text/csv" });

/** TypeScript: checks the data and writes it to a file. */
export const load = step({
  name: "load",
  outputs: { weather: Weather, years: z.array(z.int()).min(2) },
  run: async (_inputs, { log, outputs }) => {
    const dates = csv
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => z.iso.date().parse(line.split(",")[0]));
    await writeFile(outputs.weather.path, csv);
    log.info(`${dates.length} days from ${dates[0]} to ${dates.at(-1)}`);
    return { years: [...new Set(dates.map((date) => Number(date.slice(0, 4))))] };
  },
});

/** Python: a file in, JSON and a folder out. `seasons.py` knows nothing of stepdock. */
export const train = containerStep({
  name: "train",
  build: { context: "examples/polyglot/python" },
  inputs: { weather: Weather, testYear: z.int(), harmonics: z.int().positive() },
  outputs: { model: Model, charts: directory() },
  command: [
    "python3",
    "/app/seasons.py",
    ({ inputs }) => inputs.weather.path,
    "--test-year",
    ({ inputs }) => inputs.testYear.value,
    "--harmonics",
    ({ inputs }) => inputs.harmonics.value,
    "--model",
    ({ outputs }) => outputs.model.path,
    "--charts",
    ({ outputs }) => outputs.charts.path,
  ],
});

/** Shell: a folder in, a file and JSON out. */
export const pack = containerStep({
  name: "pack",
  image: "busybox:1.37",
  inputs: { charts: directory() },
  outputs: { archive: file({ name: "charts.tar.gz", mediaType: "application/gzip" }), listing: Listing },
  command: [
    ...["sh", "-c", PACK, "pack"],
    ({ inputs }) => inputs.charts.path,
    ({ outputs }) => outputs.archive.path,
    ({ outputs }) => outputs.listing.path,
  ],
});

/** TypeScript again: what the others made, typed. */
export const report = step({
  name: "report",
  inputs: { model: Model, listing: Listing, charts: directory(), archive: file(), testYear: z.int() },
  outputs: { html: file({ name: "report.html", mediaType: "text/html" }) },
  run: async ({ charts, archive, ...facts }, { outputs }) => {
    const html = await renderReport({ ...facts, archiveBytes: archive.sizeBytes, charts: charts.path });
    await writeFile(outputs.html.path, html);
  },
});

export const polyglot = pipeline({
  name: "polyglot",
  parameters: { testYear: z.int().default(2015), harmonics: z.int().min(1).max(6).default(2) },
  define: ({ testYear, harmonics }) => {
    const { weather, years } = load();
    const { model, charts } = train({ weather, testYear, harmonics });
    const { archive, listing } = pack({ charts });
    const { html } = report({ model, listing, charts, archive, testYear });
    return { html, model, years };
  },
});
