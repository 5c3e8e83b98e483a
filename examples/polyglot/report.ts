import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Listing, Model } from "./shapes.ts";

export interface ReportFacts {
  readonly model: Model;
  readonly listing: Listing;
  readonly archiveBytes: number;
  readonly testYear: number;
  /** Folder of one SVG a year. */
  readonly charts: string;
}

/** One HTML file with the charts in it. */
export const renderReport = async (facts: ReportFacts): Promise<string> => {
  const { model, listing, archiveBytes, testYear, charts } = facts;
  const names = (await readdir(charts)).sort();
  const drawn = await Promise.all(names.map((name) => readFile(join(charts, name), "utf8")));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The course of a year in Seattle</title>
<h1>The course of a year in Seattle</h1>
<p>Learnt from ${model.trainedOn} days, and off by ${model.meanError.toFixed(2)} °C on average in ${testYear}.</p>
${drawn.join("")}
<p>${listing.charts} charts of ${listing.bytes} bytes, packed into ${archiveBytes}.</p>
</html>
`;
};
