import type { Score } from "./evaluation.ts";
import { LABELS } from "./labels.ts";
import { drawing, element, linear, text } from "./svg.ts";

const WIDTH = 860;
const ROW = 38;
const BAR = { left: 160, right: WIDTH - 80, height: 22 };

/** A bar for each model's mean absolute error: the shorter, the better. Naive models are grey. */
export const errorChart = (scores: readonly Score[]): string => {
  const longest = Math.max(...scores.map(({ mae }) => mae));
  const width = linear([0, longest], [0, BAR.right - BAR.left]);
  return drawing(
    WIDTH,
    scores.length * ROW,
    "Mean absolute error of each model",
    ...scores.map((score, index) => bar(score, index * ROW + (ROW - BAR.height) / 2, width(score.mae))),
  );
};

const bar = ({ model, mae }: Score, y: number, width: number): string => {
  const className = model === "persistence" || model === "climatology" ? "naive" : "learned";
  const baseline = y + BAR.height / 2 + 5;
  return [
    text(LABELS[model], BAR.left - 12, baseline, { class: "name", "text-anchor": "end" }),
    element("rect", { x: BAR.left, y, width, height: BAR.height, rx: 3, class: className }),
    text(`${mae.toFixed(2)} °C`, BAR.left + width + 8, baseline, { class: "figure" }),
  ].join("");
};
