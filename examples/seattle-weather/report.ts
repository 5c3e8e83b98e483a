import { errorChart } from "./error-chart.ts";
import type { Forecast, Score } from "./evaluation.ts";
import { forecastChart } from "./forecast-chart.ts";
import { LABELS } from "./labels.ts";
import { STYLE } from "./report-style.ts";
import { percent, scoreRows } from "./score-table.ts";
import { escapeMarkup } from "./svg.ts";

export interface ReportContent {
  /** Of all models. */
  readonly scores: readonly Score[];
  readonly best: Score;
  /** The best model's. */
  readonly forecast: Forecast;
  /** The first of the three months that are drawn; 1 is January. */
  readonly firstMonth: number;
}

/** The report: one HTML file that needs nothing else. */
export const renderReport = ({
  scores,
  best,
  forecast,
  firstMonth,
}: ReportContent): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>How warm will it be in Seattle tomorrow?</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>How warm will it be in Seattle tomorrow?</h1>
<p class="lead">Tomorrow’s highest temperature, forecast from today’s weather on ${tested(forecast)}.</p>
${facts(best)}
<section>
<h2>Forecast and reality</h2>
<p class="note">${LABELS[best.model]}, highest temperature of each day in °C.
<span class="key" style="--color: var(--learned)">forecast</span><span class="key" style="--color: var(--actual)">actual</span></p>
${forecastChart(quarter(forecast, firstMonth))}
</section>
<section>
<h2>Mean absolute error</h2>
<p class="note">How far a forecast is off, on average. Shorter is better; the naive models, in grey, set the bar.</p>
${errorChart(scores)}
</section>
<section>
<h2>All figures</h2>
<p class="note">Skill is the part of persistence’s mean squared error that a model does away with.</p>
${table(scoreRows(scores))}
</section>
</main>
</body>
</html>
`;

const quarter = (forecast: Forecast, firstMonth: number): Forecast =>
  forecast.filter(({ date }) => {
    const month = Number(date.slice(5, 7));
    return month >= firstMonth && month < firstMonth + 3;
  });

const tested = (forecast: Forecast): string =>
  `${forecast.length} days that no model has seen, ${forecast[0]?.date} to ${forecast.at(-1)?.date}`;

const facts = ({ model, mae, skill }: Score): string =>
  `<dl class="facts">${[
    ["Best model", LABELS[model]],
    ["Off by, on average", `${mae.toFixed(2)} °C`],
    ["Skill over “like today”", percent(skill)],
  ]
    .map(
      ([term = "", value = ""]) => `<div><dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(value)}</dd></div>`,
    )
    .join("")}</dl>`;

const table = ([header = [], ...rows]: readonly (readonly string[])[]): string => {
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${row(header, "th")}</thead><tbody>${rows.map((cells) => row(cells, "td")).join("")}</tbody></table>`;
};
