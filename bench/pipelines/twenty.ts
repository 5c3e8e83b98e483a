import { pipeline, step } from "stepdock";
import * as z from "zod";
import { range } from "../range.ts";

const Series = z.object({ name: z.string(), values: z.array(z.number()) });

/** A step with schemas and a little code of its own, as a real one has. */
const makeStep = (name: string, factor: number) =>
  step({
    name,
    inputs: { series: Series, offset: z.number() },
    output: Series,
    run: ({ series, offset }) => ({ name, values: series.values.map((value) => value * factor + offset) }),
  });

export const s1 = makeStep("s1", 1);
export const s2 = makeStep("s2", 2);
export const s3 = makeStep("s3", 3);
export const s4 = makeStep("s4", 4);
export const s5 = makeStep("s5", 5);
export const s6 = makeStep("s6", 6);
export const s7 = makeStep("s7", 7);
export const s8 = makeStep("s8", 8);
export const s9 = makeStep("s9", 9);
export const s10 = makeStep("s10", 10);
export const s11 = makeStep("s11", 11);
export const s12 = makeStep("s12", 12);
export const s13 = makeStep("s13", 13);
export const s14 = makeStep("s14", 14);
export const s15 = makeStep("s15", 15);
export const s16 = makeStep("s16", 16);
export const s17 = makeStep("s17", 17);
export const s18 = makeStep("s18", 18);
export const s19 = makeStep("s19", 19);
export const s20 = makeStep("s20", 20);

const STEPS = [s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, s16, s17, s18, s19, s20];
const LAYERS = 50;

/** A thousand invocations of twenty steps: fifty layers, each step on one of the layer before. */
export const twenty = pipeline({
  name: "bench_twenty",
  define: () => {
    const series = { name: "given", values: [1, 2, 3] };
    const first = STEPS.map((each, index) => each.with({ id: `l1_${index + 1}` })({ series, offset: index }));
    range(2, LAYERS).reduce(
      (before, layer) =>
        STEPS.map((each, index) => {
          const upstream = before[(index + 1) % before.length] ?? series;
          return each.with({ id: `l${layer}_${index + 1}` })({ series: upstream, offset: index });
        }),
      first,
    );
  },
});
