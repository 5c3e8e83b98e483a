import { type Pair, ratiosOf } from "./interleave.ts";
import { median, noiseOf } from "./statistics.ts";

export type Verdict = "holds" | "within noise" | "too much" | "for information";

/** One figure of the table. */
export interface Row {
  readonly work: string;
  readonly figure: string;
  /** `""` for a ratio. */
  readonly unit: "" | "MB" | "ms";
  readonly measured: number;
  readonly noise: number;
  /** The most that it may be; absent where it is shown only. */
  readonly bound?: number;
  readonly verdict: Verdict;
  readonly samples: readonly number[];
  /** The medians behind the ratio, or what else a reader may want to know. */
  readonly note: string;
}

export interface RowInit {
  readonly work: string;
  readonly figure: string;
  readonly samples: readonly number[];
  readonly bound?: number | undefined;
  readonly unit?: Row["unit"];
  readonly note?: string;
}

export const rowOf = ({ work, figure, samples, bound, unit = "", note = "" }: RowInit): Row => {
  const measured = median(samples);
  const noise = noiseOf(samples);
  const verdict = verdictOf(measured, noise, bound);
  return {
    work,
    figure,
    unit,
    measured,
    noise,
    ...(bound === undefined ? {} : { bound }),
    verdict,
    samples,
    note,
  };
};

/** A row of the ratios of pairs; its note has both sides' medians. */
export const ratioRow = (init: Omit<RowInit, "samples"> & { readonly pairs: readonly Pair[] }): Row => {
  const { pairs, note, ...rest } = init;
  const sides = `${ms(pairs.map(({ subject }) => subject))} / ${ms(pairs.map(({ baseline }) => baseline))}`;
  return rowOf({ ...rest, samples: ratiosOf(pairs), note: note === undefined ? sides : `${sides}; ${note}` });
};

const ms = (samples: readonly number[]): string => {
  const milliseconds = median(samples);
  return milliseconds < 10 ? `${milliseconds.toFixed(2)} ms` : `${Math.round(milliseconds)} ms`;
};

/** Too much is what is worse than its bound by more than the noise that was measured with it. */
export const verdictOf = (measured: number, noise: number, bound: number | undefined): Verdict => {
  if (bound === undefined) return "for information";
  if (measured <= bound) return "holds";
  return measured <= bound + noise ? "within noise" : "too much";
};
